import { expect } from 'chai';
import { loadSmtpConfig, type SmtpConfig } from '../../../gateway/config/smtp.ts';
import { BROKER_CA } from '../../support/broker-certificates.ts';
import { eventPicture } from '../../support/event-picture.ts';
import { MailReceiver } from '../../support/mail-receiver.ts';
import { onEveryEngine, openSqlite } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { NoticeHarness } from './harness.ts';

const JPEG = Buffer.from('/9j/4AAQSkZJRgABAQ==', 'base64');
const HOUR_MS = 3_600_000;

describe('Notices by e-mail', () => {
  let harness: NoticeHarness;
  let server: MailReceiver;

  afterEach(async () => {
    await harness.close();
    await server.close();
  });

  const smtp = (url = `smtp://127.0.0.1:${server.port}`): SmtpConfig => ({
    ...(loadSmtpConfig({ SMTP_URL: url, SMTP_FROM: 'Gate <gate@example.org>' }) as SmtpConfig),
    ca: BROKER_CA,
  });

  async function create(body: object = {}, to = ['me@example.org']): Promise<string> {
    const { status, body: created } = await harness.create({ kind: 'email', to }, body);
    expect(status, JSON.stringify(created)).to.equal(201);
    return created.id;
  }

  const arrived = (count: number): Promise<unknown> =>
    waitFor(() => server.received.length >= count, { message: `${count} messages` });

  const last = async (id: string) => (await harness.view(id)).last;

  const ended = (id: string, state: string): Promise<unknown> =>
    waitFor(async () => (await last(id))?.state === state, { message: `it is ${state}` });

  onEveryEngine((open) => {
    beforeEach(async () => {
      server = await MailReceiver.open();
      harness = await NoticeHarness.open(await open(), { smtp: smtp() });
    });

    it('have the picture, links to it, to the clip and to the page, as text and as HTML', async () => {
      const id = await create({ name: 'Home', linkBase: 'https://home.example/gw' });
      const eventId = await harness.event('door', 'person', {}, eventPicture(JPEG));
      await arrived(1);
      await ended(id, 'delivered');
      const [{ mail, to, isEncrypted } = expect.fail()] = server.received;
      expect({ to, isEncrypted }).to.deep.equal({ to: ['me@example.org'], isEncrypted: true });
      expect(mail).to.deep.include({
        subject: 'Front Door: Person',
        from: { name: 'Gate', address: 'gate@example.org' },
        date: new Date(harness.now).toISOString(),
      });
      const event = `https://home.example/gw/api/events/${eventId}`;
      expect(mail.text?.trim()).to.equal(
        [
          'Front Door: Person',
          '',
          '12:00 Person',
          `  Picture: ${event}/snapshot?ticket=signed`,
          `  Clip: ${event}/clip?ticket=signed`,
          '',
          `Open: https://home.example/gw/#/events?event=${eventId}`,
          '',
          'Sent by the notification "Home". Links to pictures and clips work for 7 days, without signing in.',
        ].join('\n'),
      );
      const [picture] = mail.attachments;
      expect(Buffer.from(picture?.content as ArrayBuffer)).to.deep.equal(JPEG);
      expect(picture).to.include({ mimeType: 'image/jpeg', disposition: 'inline' });
      expect(mail.html).to.contain(`src="cid:${picture?.contentId?.slice(1, -1)}"`);
      expect(mail.html).to.contain(`<a href="${event}/clip?ticket=signed">Clip</a>`);
    });

    it('wait a moment for the picture of an event', async () => {
      await create();
      const eventId = await harness.event('door', 'person');
      await harness.goOn(eventId, 'door', 'person', {}, eventPicture(JPEG));
      harness.now += 1000;
      await arrived(1);
      expect(server.received[0]?.mail.attachments).to.have.length(1);
    });

    it('come without a picture where an event gets none, and without a clip where nothing is recorded', async () => {
      await create();
      await harness.event('yard', 'motion');
      await waitFor(() => {
        harness.now += 1000;
        return server.received.length === 1;
      });
      expect(server.received[0]?.mail.attachments).to.deep.equal([]);
      expect(server.received[0]?.mail.text).to.contain('snapshot').and.not.to.contain('clip?');
    });

    it('keep quiet hours and are grouped', async () => {
      harness.now = new Date(2026, 4, 4, 23, 0).getTime();
      const id = await create({ quiet: [{ from: '22:00', to: '07:00' }] });
      await harness.event('door', 'motion', {}, eventPicture(JPEG));
      await harness.idle();
      harness.now += HOUR_MS;
      await harness.event('door', 'person', {}, eventPicture(JPEG));
      await waitFor(async () => (await harness.view(id)).waiting === 1);
      expect(server.received).to.deep.equal([]);
      harness.now += 7 * HOUR_MS;
      await arrived(1);
      expect(server.received[0]?.mail.subject).to.equal('Front Door: Motion and 1 more');
      expect(server.received[0]?.mail.attachments).to.have.length(2);
      expect(server.received).to.have.length(1);
    });

    it('are parked with the reply of the server when it refuses the recipient', async () => {
      server.refusals.set('gone@example.org', '550 5.1.1 no such user');
      const id = await create({}, ['gone@example.org']);
      await harness.event('door', 'person', {}, eventPicture(JPEG));
      await ended(id, 'parked');
      expect((await last(id))?.error).to.equal(
        'The mail server refused gone@example.org (550 5.1.1 no such user)',
      );
      expect(server.received).to.deep.equal([]);
    });

    it('tell the other recipients once, and name those who are refused', async () => {
      server.refusals.set('gone@example.org', '550 no such user').set('later@example.org', '450 greylisted');
      const id = await create({}, ['me@example.org', 'gone@example.org', 'later@example.org']);
      await harness.event('door', 'person', {}, eventPicture(JPEG));
      await ended(id, 'retrying');
      expect((await last(id))?.error).to.contain('later@example.org (450 greylisted); me@example.org got it');
      server.refusals.delete('later@example.org');
      harness.now += HOUR_MS;
      await ended(id, 'parked');
      expect((await last(id))?.error).to.equal(
        'The mail server refused gone@example.org (550 no such user); me@example.org, later@example.org got it',
      );
      expect(server.received.map(({ to }) => to)).to.deep.equal([['me@example.org'], ['later@example.org']]);
      expect(new Set(server.received.map(({ mail }) => mail.messageId)).size).to.equal(1);
    });

    it('are sent again while the server is away or takes none, and parked when it refuses the message', async () => {
      server.refusal = '451 try again later';
      const id = await create();
      await harness.event('door', 'person', {}, eventPicture(JPEG));
      await ended(id, 'retrying');
      expect((await last(id))?.error).to.contain('451 try again later');
      server.refusal = '554 5.7.1 looks like spam';
      harness.now += HOUR_MS;
      await ended(id, 'parked');
      expect((await last(id))?.error).to.contain('554 5.7.1 looks like spam');
    });
  });

  describe('on a server with a password', () => {
    const withPassword = (password: string, scheme = 'smtp'): Promise<void> =>
      begin(`${scheme}://me:${password}@127.0.0.1:${server.port}`);

    async function begin(url: string): Promise<void> {
      harness = await NoticeHarness.open(await openSqlite(), { smtp: smtp(url) });
    }

    it('sign in, after STARTTLS', async () => {
      server = await MailReceiver.open({ password: 'S3cr3tPass' });
      await withPassword('S3cr3tPass');
      expect((await harness.test(await create())).body).to.include({
        delivered: true,
        status: 250,
        error: null,
      });
      expect(server.received[0]).to.include({ user: 'me', isEncrypted: true });
    });

    it('sign in over TLS from the first byte', async () => {
      server = await MailReceiver.open({ password: 'S3cr3tPass', options: { secure: true } });
      await withPassword('S3cr3tPass', 'smtps');
      expect((await harness.test(await create())).body).to.include({ delivered: true });
      expect(server.received[0]).to.include({ user: 'me', isEncrypted: true });
    });

    it('say that it is wrong without repeating it, even where the server does', async () => {
      server = await MailReceiver.open({ password: 'other' });
      await withPassword('S3cr3tPass');
      const { body } = await harness.test(await create());
      expect(body).to.include({ delivered: false, status: null });
      expect(body.error).to.contain('535 5.7.8 wrong password ***');
      expect(JSON.stringify(body)).not.to.contain('S3cr3tPass');
    });

    it('never send it to a server that does not encrypt', async () => {
      const auths: string[] = [];
      const options = { disabledCommands: ['STARTTLS'], allowInsecureAuth: true };
      server = await MailReceiver.open({
        password: 'S3cr3tPass',
        options: {
          ...options,
          onAuth: (auth, _session, done) => {
            auths.push(String(auth.password));
            done(null, { user: 'me' });
          },
        },
      });
      await withPassword('S3cr3tPass');
      expect((await harness.test(await create())).body).to.include({ delivered: false });
      expect(auths).to.deep.equal([]);
      expect(server.connections).to.be.at.least(1);
    });

    it('never send it to a server whose certificate no trusted authority issued', async () => {
      server = await MailReceiver.open({ password: 'S3cr3tPass' });
      const url = `smtp://me:S3cr3tPass@127.0.0.1:${server.port}`;
      harness = await NoticeHarness.open(await openSqlite(), { smtp: { ...smtp(url), ca: undefined } });
      const { body } = await harness.test(await create());
      expect(body.error).to.match(/certificate/);
      expect(server.received).to.deep.equal([]);
    });
  });

  it('cannot be given a header by the name of a camera or of anything else', async () => {
    server = await MailReceiver.open();
    harness = await NoticeHarness.open(await openSqlite(), {
      smtp: smtp(),
      names: { door: 'Door\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script>' },
    });
    await create({ name: 'A\u2028\u0000"<b>B</b>' });
    await harness.watch(
      'door',
      'Is it\r\nReply-To: evil@example.org\u0085open?',
      'Yes\r\n.\r\nRCPT TO:<evil@example.org>',
    );
    await waitFor(() => {
      harness.now += 1000;
      return server.received.length === 1;
    });
    const [{ mail, to } = expect.fail()] = server.received;
    expect(to).to.deep.equal(['me@example.org']);
    expect(mail.headers.map(({ key }) => key)).not.to.include.members(['bcc']);
    expect(mail.headers.map(({ key }) => key)).not.to.include('reply-to');
    expect(mail.bcc ?? []).to.deep.equal([]);
    expect(mail.subject).to.contain('Door Bcc: evil@example.org');
    expect(mail.html).not.to.match(/<script|<b>/);
  });

  it('are refused where the gateway has no mail server, and for what is no address', async () => {
    server = await MailReceiver.open();
    harness = await NoticeHarness.open(await openSqlite());
    const { status, body } = await harness.create({ kind: 'email', to: ['me@example.org'] });
    expect({ status, code: body.code }).to.deep.equal({ status: 503, code: 'email-not-configured' });
    for (const to of [
      [],
      'me@example.org',
      ['me'],
      ['a@example.org\r\nBcc: b@example.org'],
      ['"x" <a@example.org>'],
    ]) {
      const answer = await harness.create({ kind: 'email', to });
      expect(answer.status, JSON.stringify(to)).to.equal(400);
      expect(answer.body.field).to.match(/^target\.to/);
    }
  });
});
