/** Recognises who makes a request. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import type { AuthConfig } from '../config/auth.ts';
import { requestPath } from '../http/request-path.ts';
import { isLocalRequest } from './local-request.ts';
import type { Principal } from './principal.ts';
import { Sessions } from './sessions.ts';
import { Tickets } from './tickets.ts';
import { loadApiToken, Tokens } from './tokens.ts';

/** Names of the cookie: with the prefix a browser takes it over HTTPS only (RFC 6265bis section 4.1.3). */
export const SECURE_COOKIE = '__Host-gateway';
export const PLAIN_COOKIE = 'gateway';

/** Knows tokens, sessions and tickets. */
export class Authenticator {
  readonly config: AuthConfig;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  /** The token that may do everything, for the sign-in link. */
  readonly apiToken: string;

  /** @throws Error when the token's file cannot be read or written */
  constructor({ config, dataDir }: { config: AuthConfig; dataDir: string }) {
    this.config = config;
    this.apiToken = loadApiToken(dataDir, config.apiToken);
    this.tokens = new Tokens({ admin: this.apiToken, viewer: config.viewerToken });
    const secret = `${this.apiToken} ${config.viewerToken ?? ''}`;
    this.sessions = new Sessions(secret);
    this.tickets = new Tickets(secret);
  }

  /**
   * Who makes a request; undefined for a stranger. A wrong token is no stranger's:
   * @throws AppError `unauthorized` for a token or ticket that is not valid, `forbidden` for a ticket to another
   *   address, `invalid-field` for a token in the address
   */
  identify(request: IncomingMessage): Principal | undefined {
    if (!this.config.isOn) return { role: 'admin', kind: 'open' };
    const byToken = this.#byToken(request) ?? this.#byTicket(request);
    if (byToken !== undefined) return byToken;
    if (isLocalRequest(request)) return { role: 'admin', kind: 'local' };
    return this.#bySession(request);
  }

  #byToken(request: IncomingMessage): Principal | undefined {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const role = this.tokens.roleOf(token);
    if (role === undefined) throw new AppError('unauthorized', 'The token is not valid');
    return { role, kind: 'token' };
  }

  #byTicket(request: IncomingMessage): Principal | undefined {
    const searchParams = new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
    if (searchParams.has('token') || searchParams.has('access_token')) {
      throw new AppError(
        'invalid-field',
        'A token must not be in the address; use the Authorization header or a ticket',
        {
          field: 'token',
        },
      );
    }
    const ticket = searchParams.get('ticket');
    if (ticket === null) return undefined;
    const taken = request.method === 'GET' ? this.tickets.take(ticket, requestPath(request)) : undefined;
    const { role, sessionId } = taken ?? {};
    if (role === undefined || (sessionId !== undefined && this.sessions.ended.has(sessionId)))
      throw new AppError('unauthorized', 'The ticket is not valid here, or no more');
    return { role, kind: 'ticket', ...(sessionId === undefined ? {} : { sessionId }) };
  }

  #bySession(request: IncomingMessage): Principal | undefined {
    const session = this.sessionOf(request);
    return session && { role: session.role, kind: 'session', sessionId: session.id };
  }

  /** The session that the request's cookie belongs to. */
  sessionOf(request: IncomingMessage) {
    const cookies = new Map(
      (request.headers.cookie ?? '').split(';').map((pair) => {
        const [name = '', ...value] = pair.split('=');
        return [name.trim(), value.join('=').trim()] as const;
      }),
    );
    const cookie = cookies.get(SECURE_COOKIE) ?? cookies.get(PLAIN_COOKIE);
    return cookie === undefined ? undefined : this.sessions.find(cookie);
  }
}
