/** Recognises who makes a request. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import type { AuthConfig } from '../config/auth.ts';
import { requestPath } from '../http/request-path.ts';
import { GuessLimiter } from './guess-limiter.ts';
import { isLocalRequest } from './local-request.ts';
import type { Principal, Role } from './principal.ts';
import { Sessions } from './sessions.ts';
import { Tickets } from './tickets.ts';
import { loadApiToken, Tokens } from './tokens.ts';

/** Cookie names; browsers accept the `__Host-` prefix over HTTPS only (RFC 6265bis section 4.1.3). */
export const SECURE_COOKIE = '__Host-gateway';
export const PLAIN_COOKIE = 'gateway';

/** Header in which the official Moondream clients send their key; they can send no other. */
const MOONDREAM_HEADER = 'x-moondream-auth';
const MOONDREAM_PATH = '/api/moondream/';

/** Recognises tokens, sessions, tickets and local requests. */
export class Authenticator {
  readonly config: AuthConfig;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  /** The admin token, for the sign-in link. */
  readonly apiToken: string;
  readonly #guesses: GuessLimiter;

  /** @throws Error when the token's file cannot be read or written */
  constructor({ config, dataDir }: { config: AuthConfig; dataDir: string }) {
    this.config = config;
    this.apiToken = loadApiToken(dataDir, config.apiToken);
    this.tokens = new Tokens({ admin: this.apiToken, viewer: config.viewerToken });
    const secret = `${this.apiToken} ${config.viewerToken ?? ''}`;
    this.sessions = new Sessions(secret);
    this.tickets = new Tickets(secret);
    this.#guesses = new GuessLimiter(config.limits);
  }

  /**
   * Whether a request needs no login because it was made on this machine. Never in public mode: a TCP
   * proxy on this machine (stunnel, haproxy, ssh) makes every client look local.
   */
  isLocal(request: IncomingMessage): boolean {
    return !this.config.isPublic && isLocalRequest(request);
  }

  /**
   * Address of the client; undefined for a local request. In public mode it is the one that the proxy
   * before the gateway appended to `X-Forwarded-For`.
   */
  clientOf(request: IncomingMessage): string | undefined {
    if (this.isLocal(request)) return undefined;
    const forwarded = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .at(-1)
      ?.trim();
    const isTold = this.config.isPublic && forwarded !== undefined && forwarded !== '';
    return isTold ? forwarded : request.socket.remoteAddress;
  }

  /**
   * The principal of a request; undefined without credentials.
   * @throws AppError `unauthorized` for an invalid token or ticket, `too-many-requests` after too many
   *   invalid tokens from the same address, `invalid-field` for a token in the address
   */
  identify(request: IncomingMessage): Principal | undefined {
    if (!this.config.isOn) return { role: 'admin', kind: 'open' };
    const byToken = this.#byToken(request) ?? this.#byTicket(request);
    if (byToken !== undefined) return byToken;
    if (this.isLocal(request)) return { role: 'admin', kind: 'local' };
    return this.#bySession(request) ?? this.#byMoondreamKey(request);
  }

  #byToken(request: IncomingMessage): Principal | undefined {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    return { role: this.#roleOf(token, request), kind: 'token' };
  }

  /** Moondream clients that are told our address instead of the cloud's send our token as their key. */
  #byMoondreamKey(request: IncomingMessage): Principal | undefined {
    const key = request.headers[MOONDREAM_HEADER];
    if (typeof key !== 'string' || !requestPath(request).startsWith(MOONDREAM_PATH)) return undefined;
    return { role: this.#roleOf(key, request), kind: 'token' };
  }

  #roleOf(token: string, request: IncomingMessage): Role {
    const role = this.tokens.roleOf(token);
    const client = this.clientOf(request);
    if (client !== undefined) this.#guesses.check(client, role);
    if (role === undefined) throw new AppError('unauthorized', 'The token is not valid');
    return role;
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
