import { expect } from 'chai';
import { SettingsError } from '#shared/settings.ts';
import { loadSmtpConfig } from '../../../gateway/config/smtp.ts';

describe('The settings of e-mail', () => {
  const load = (env: Record<string, string>) => loadSmtpConfig(env);

  it('name no server without SMTP_URL', () => {
    expect(load({ SMTP_FROM: 'cameras@example.org' })).to.equal(undefined);
  });

  it('take the sender from the user, and require encryption for the password', () => {
    expect(load({ SMTP_URL: 'smtp://me%40example.org:p%3Aw@mail.example.org' })).to.deep.equal({
      host: 'mail.example.org',
      port: 587,
      tls: 'required',
      login: { user: 'me@example.org', password: 'p:w' },
      ca: undefined,
      from: { name: 'Cameras', address: 'me@example.org' },
    });
  });

  for (const [url, tls, port] of [
    ['smtps://mail.example.org', 'implicit', 465],
    ['smtp://localhost:25', 'offered', 25],
    ['smtp://[::1]', 'offered', 587],
  ] as const) {
    it(`encrypt the connection of ${url}: ${tls}`, () => {
      expect(load({ SMTP_URL: url, SMTP_FROM: 'a@example.org' })).to.include({ tls, port });
    });
  }

  it('leave encryption out where SMTP_TLS says so', () => {
    const env = { SMTP_URL: 'smtp://u:p@relay', SMTP_TLS: 'off', SMTP_FROM: 'a@example.org' };
    expect(load(env)).to.include({ tls: 'off' });
  });

  for (const [text, from] of [
    ['Front Gate <gate@example.org>', { name: 'Front Gate', address: 'gate@example.org' }],
    ['"Gate, front" <gate@example.org>', { name: 'Gate, front', address: 'gate@example.org' }],
    ['gate@example.org', { name: 'Cameras', address: 'gate@example.org' }],
  ] as const) {
    it(`take ${text} as the sender`, () => {
      expect(load({ SMTP_URL: 'smtp://relay', SMTP_FROM: text })?.from).to.deep.equal(from);
    });
  }

  for (const [what, env, name] of [
    ['another scheme', { SMTP_URL: 'http://u:S3cr3t@host' }, 'SMTP_URL'],
    ['a password alone', { SMTP_URL: 'smtp://:S3cr3t@host' }, 'SMTP_URL'],
    ['a password that is not encoded', { SMTP_URL: 'smtp://u:S3cr3t%@host' }, 'SMTP_URL'],
    ['no sender', { SMTP_URL: 'smtp://login:S3cr3t@host' }, 'SMTP_FROM'],
    [
      'a sender with another header',
      { SMTP_URL: 'smtp://host', SMTP_FROM: 'a <a@b.example\r\nBcc: c@d.example>' },
      'SMTP_FROM',
    ],
    ['smtps without encryption', { SMTP_URL: 'smtps://host', SMTP_TLS: 'off' }, 'SMTP_TLS'],
    ['a word that is no choice', { SMTP_URL: 'smtp://host', SMTP_TLS: 'maybe' }, 'SMTP_TLS'],
  ] as const) {
    it(`are refused for ${what}, without the password`, () => {
      expect(() => load(env))
        .to.throw(SettingsError, name)
        .and.property('message')
        .not.to.contain('S3cr3t');
    });
  }
});
