import { expect } from 'chai';
import { loadSmtpConfig, type SmtpConfig } from '../../../gateway/config/smtp.ts';
import { MailServer } from '../../../gateway/notifications/targets/mail-server.ts';
import { breakImport } from '../../support/broken-import.ts';
import { BROKER_CA } from '../../support/broker-certificates.ts';
import { MailReceiver } from '../../support/mail-receiver.ts';

const { signal } = new AbortController();

describe('The door to the mail server', () => {
  it('loads its library again after a load that failed', async () => {
    const receiver = await MailReceiver.open();
    const url = `smtp://127.0.0.1:${receiver.port}`;
    const config = loadSmtpConfig({ SMTP_URL: url, SMTP_FROM: 'gate@example.org' }) as SmtpConfig;
    const server = new MailServer({ ...config, ca: BROKER_CA });
    const mail = {
      id: '1',
      to: ['me@example.org'],
      subject: 'Person',
      text: 'Person',
      html: '<p>Person</p>',
    };
    const send = () => server.send({ ...mail, pictures: [], at: new Date() }, signal);
    const mend = breakImport('nodemailer');
    try {
      expect(await send()).to.include({ kind: 'failed', isFinal: false });
      mend();
      expect(await send()).to.include({ kind: 'sent' });
    } finally {
      mend();
      await receiver.close();
    }
  });
});
