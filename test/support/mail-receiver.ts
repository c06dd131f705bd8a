/** A mail server on a free port of this machine: it keeps what comes and refuses whom a test says. */
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { BROKER_CERTIFICATE, BROKER_KEY } from './broker-certificates.ts';

/** A message as it came. */
export interface ReceivedMail {
  /** Recipients of the envelope. */
  to: string[];
  /** User that signed in. */
  user: string | undefined;
  isEncrypted: boolean;
  raw: string;
  mail: Email;
}

/** How the server is; all but the first are of `smtp-server`. */
export interface MailReceiverOptions {
  password?: string;
  options?: SMTPServerOptions;
}

/** Listens from `open` to `close`. */
export class MailReceiver {
  readonly received: ReceivedMail[] = [];
  /** Replies to recipients, such as `550 no such user`; without one a recipient is taken. */
  readonly refusals = new Map<string, string>();
  /** The reply to a whole message; undefined: it is taken. */
  refusal: string | undefined;
  /** Connections since the start. */
  connections = 0;
  readonly #server: SMTPServer;

  private constructor({ password, options }: MailReceiverOptions) {
    this.#server = new SMTPServer({
      ...{ key: BROKER_KEY, cert: BROKER_CERTIFICATE, authOptional: password === undefined, logger: false },
      onConnect: (_session, done) => {
        this.connections += 1;
        done();
      },
      onAuth: (auth, _session, done) => {
        if (auth.password === password) done(null, { user: auth.username });
        else done(refusalOf(`535 5.7.8 wrong password ${auth.password}`));
      },
      onRcptTo: ({ address }, _session, done) => {
        const reply = this.refusals.get(address);
        done(reply === undefined ? undefined : refusalOf(reply));
      },
      onData: async (stream, { envelope, user, secure }, done) => {
        const raw = await buffer(stream);
        if (this.refusal !== undefined) return done(refusalOf(this.refusal));
        const to = envelope.rcptTo.map(({ address }) => address);
        const mail = await PostalMime.parse(raw);
        this.received.push({
          to,
          user: user as string | undefined,
          isEncrypted: secure,
          raw: raw.toString(),
          mail,
        });
        done(null, 'queued');
      },
      ...options,
    });
    // Clients that trust another authority end the connection.
    this.#server.on('error', () => {});
  }

  static async open(options: MailReceiverOptions = {}): Promise<MailReceiver> {
    const receiver = new MailReceiver(options);
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

function refusalOf(reply: string): Error {
  const [, code = '', text = ''] = /^(\d+) (.*)$/.exec(reply) ?? [];
  return Object.assign(new Error(text), { responseCode: Number(code) });
}
