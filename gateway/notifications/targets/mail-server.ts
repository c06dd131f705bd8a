/** The door to `nodemailer`: one message to one mail server, over one connection. */
import type { NodemailerError, Transporter } from 'nodemailer';
import { messageOf } from '#shared/errors.ts';
import { lazy } from '#shared/lazy.ts';
import { Redactor } from '#shared/redact.ts';
import type { SmtpConfig } from '../../config/smtp.ts';

/** A message to send. */
export interface Mail {
  /** Of the `Message-ID`: the same for each attempt. */
  id: string;
  to: readonly string[];
  /** One line. */
  subject: string;
  text: string;
  html: string;
  /** JPEGs that the HTML shows as `cid:NAME`. */
  pictures: readonly { name: string; jpeg: Buffer }[];
  at: Date;
}

/** A recipient whom the server does not take. */
export interface Refusal {
  address: string;
  /** What the server says, with its code. */
  reply: string;
  /** Whether it will say the same of each attempt. */
  isFinal: boolean;
}

/** What became of a message. */
export type MailResult =
  | { kind: 'sent'; status: number; reply: string; refusals: Refusal[] }
  /** The message reached none. */
  | { kind: 'refused'; refusals: Refusal[] }
  /** @property isFinal the server will never take this message */
  | { kind: 'failed'; reason: string; isFinal: boolean }
  /** Aborted by the gateway. */
  | { kind: 'aborted' };

/** Longest silence for connect, greeting and between replies, milliseconds. */
const SILENCE_MS = 10_000;
/** Time limit of the whole attempt, milliseconds: some servers search messages before they take them. */
const ATTEMPT_MS = 25_000;
const SENT = 250;
/** Longest reply that is kept. */
const MAX_REPLY = 500;

/** Sends messages. The library is loaded with the first. */
export class MailServer {
  readonly #config: SmtpConfig;
  readonly #redactor = new Redactor();
  readonly #attemptMs: number;
  readonly #transport: () => Promise<Transporter>;

  constructor(config: SmtpConfig, attemptMs = ATTEMPT_MS) {
    this.#config = config;
    this.#attemptMs = attemptMs;
    this.#transport = lazy(() => open(config));
    if (config.login === undefined) return;
    const { user, password } = config.login;
    this.#redactor.add(password);
    this.#redactor.add(Buffer.from(`\0${user}\0${password}`).toString('base64'));
  }

  /** Makes one attempt; never rejects. */
  async send(mail: Mail, signal: AbortSignal): Promise<MailResult> {
    const limit = AbortSignal.timeout(this.#attemptMs);
    try {
      const message = this.#messageOf(mail, AbortSignal.any([signal, limit]));
      const { response, rejectedErrors } = await (await this.#transport()).sendMail(message);
      const refusals = this.#refusalsIn(rejectedErrors);
      return { kind: 'sent', status: SENT, reply: this.#clean(response ?? ''), refusals };
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' };
      if (!limit.aborted) return this.#failure(error as NodemailerError);
      return { kind: 'failed', reason: `not sent within ${this.#attemptMs / 1000} s`, isFinal: false };
    }
  }

  #messageOf({ id, to, subject, text, html, pictures, at }: Mail, signal: AbortSignal) {
    const { from } = this.#config;
    return {
      from,
      to: to.map((address) => ({ name: '', address })),
      ...{ subject, text, html, date: at, signal },
      messageId: `<${id}@${from.address.split('@').at(-1)}>`,
      // No vacation notes in return (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      attachments: pictures.map(({ name, jpeg }) => ({
        ...{ filename: name, cid: name, content: jpeg },
        contentType: 'image/jpeg',
        contentDisposition: 'inline' as const,
      })),
    };
  }

  #failure(error: NodemailerError): MailResult {
    const refusals = this.#refusalsIn(error.rejectedErrors);
    if (refusals.length > 0) return { kind: 'refused', refusals };
    // A login that fails is mended by the operator, and then the message can be sent.
    const isFinal = error.permanent === true && ['EENVELOPE', 'EMESSAGE'].includes(error.code ?? '');
    return { kind: 'failed', reason: this.#clean(messageOf(error)), isFinal };
  }

  #refusalsIn(errors: readonly NodemailerError[] = []): Refusal[] {
    return errors.map(({ recipient = '', response, message, permanent }) => ({
      address: recipient,
      reply: this.#clean(response ?? message),
      isFinal: permanent === true,
    }));
  }

  #clean(text: string): string {
    return this.#redactor.redact(text).replace(/\s+/g, ' ').slice(0, MAX_REPLY);
  }
}

async function open({ host, port, tls, login, ca }: SmtpConfig): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    ...{ host, port, secure: tls === 'implicit', requireTLS: tls === 'required', ignoreTLS: tls === 'off' },
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
    tls: { ca, minVersion: 'TLSv1.2' },
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: ATTEMPT_MS,
    dnsTimeout: SILENCE_MS,
    socketCloseTimeout: 0,
    // Nothing of a message names a file or an address to load.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}
