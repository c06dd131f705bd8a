/** Settings of the mail server that sends notices. */
import { z } from 'zod';
import { type Environment, readChoice, readOptional, SettingsError } from '#shared/settings.ts';
import { readCaFile } from './ca-file.ts';

/** A mail server, and whose mail it is given. */
export interface SmtpConfig {
  host: string;
  port: number;
  /**
   * `implicit`: from the first byte (RFC 8314). `required`: by STARTTLS, or nothing is sent. `offered`: by STARTTLS
   * where the server has it. `off`: never.
   */
  tls: 'implicit' | 'required' | 'offered' | 'off';
  /** Undefined: it asks for none. */
  login: { user: string; password: string } | undefined;
  /** Certificates of the authorities that are trusted, PEM; undefined: those of Node. */
  ca: string | undefined;
  from: { name: string; address: string };
}

const PORTS = { smtp: 587, smtps: 465 } as const;
const FROM = /^(?:"?([^"<>\r\n]*?)"?\s*<([^<>\s]+)>|([^<>\s]+))$/;

/** Reads the environment. @returns undefined without SMTP_URL @throws SettingsError; passwords are not quoted in it */
export function loadSmtpConfig(env: Environment): SmtpConfig | undefined {
  const text = readOptional(env, 'SMTP_URL');
  const from = readOptional(env, 'SMTP_FROM');
  const tls = readChoice(env, 'SMTP_TLS', { fallback: 'auto', choices: ['auto', 'off'] });
  const ca = readCaFile(env, 'SMTP_CA_FILE');
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocol = (url?.protocol.slice(0, -1) ?? '') as keyof typeof PORTS;
  if (url === undefined || !(protocol in PORTS) || url.hostname === '')
    throw new SettingsError('SMTP_URL', '***', 'a URL with smtp:// or smtps:// and a host');
  const login = loginIn(url);
  if (tls === 'off' && protocol === 'smtps')
    throw new SettingsError('SMTP_TLS', tls, 'auto where SMTP_URL begins with smtps://');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? PORTS[protocol] : Number(url.port),
    tls: protocol === 'smtps' ? 'implicit' : tls === 'off' ? 'off' : login ? 'required' : 'offered',
    login,
    ca,
    from: readFrom(from ?? login?.user ?? ''),
  };
}

function loginIn({ username, password }: URL): SmtpConfig['login'] {
  if (username === '' && password === '') return undefined;
  if (username === '' || password === '')
    throw new SettingsError('SMTP_URL', '***', 'a URL with both user and password, or neither');
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw new SettingsError('SMTP_URL', '***', 'a URL whose user and password are percent-encoded');
  }
}

function readFrom(text: string): SmtpConfig['from'] {
  const [, name = 'Cameras', named, plain] = FROM.exec(text.trim()) ?? [];
  const address = named ?? plain ?? '';
  if (!z.email().safeParse(address).success)
    throw new SettingsError(
      'SMTP_FROM',
      text,
      'an address such as cameras@example.org or Cameras <cameras@example.org>',
    );
  return { name: name === '' ? 'Cameras' : name, address };
}
