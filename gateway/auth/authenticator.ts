/** Recognises who makes a request. */
import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';
import type { AuthConfig } from '../config/auth.ts';
import { requestPath } from '../http/request-path.ts';
import { addressCredentials, headerCredential, notInAddress } from './credentials.ts';
import { GuessLimiter } from './guess-limiter.ts';
import { type Key, ROLE_OF_SCOPE } from './keys/key.ts';
import { KnownKeys } from './keys/known-keys.ts';
import { isLocalRequest } from './local-request.ts';
import { type Principal, type Role, signInsOf } from './principal.ts';
import { ProxyLogin } from './proxy-login.ts';
import { Sessions } from './sessions.ts';
import { isPicturePath, isVideoPath, Tickets } from './tickets.ts';
import { loadApiToken, Tokens } from './tokens.ts';

/** Cookie names; browsers accept the `__Host-` prefix over HTTPS only (RFC 6265bis section 4.1.3). */
export const SECURE_COOKIE = '__Host-gateway';
export const PLAIN_COOKIE = 'gateway';

/** Header in which the official Moondream clients send their key; they can send no other. */
const MOONDREAM_HEADER = 'x-moondream-auth';
const MOONDREAM_PATH = '/api/moondream/';

/** Recognises tokens, keys, sessions, tickets and local requests. */
export class Authenticator {
  readonly config: AuthConfig;
  readonly tokens: Tokens;
  readonly keys = new KnownKeys();
  readonly sessions: Sessions;
  readonly tickets: Tickets;
  /** The admin token, for the sign-in link. */
  readonly apiToken: string;
  readonly guesses: GuessLimiter;
  /** Changes with the tokens. */
  readonly secret: string;
  readonly #proxy: ProxyLogin | undefined;

  /** @throws Error when the token's file cannot be read or written */
  constructor({ config, dataDir }: { config: AuthConfig; dataDir: string }) {
    this.config = config;
    this.apiToken = loadApiToken(dataDir, config.apiToken);
    this.tokens = new Tokens({ admin: this.apiToken, viewer: config.viewerToken });
    this.secret = `${this.apiToken} ${config.viewerToken ?? ''}`;
    this.sessions = new Sessions(this.secret);
    this.tickets = new Tickets(this.secret);
    this.guesses = new GuessLimiter(config.limits);
    this.#proxy = config.proxy && new ProxyLogin(config.proxy);
  }

  /**
   * Whether a request needs no login because it was made on this machine. Never in public mode: a TCP
   * proxy on this machine (stunnel, haproxy, ssh) makes every client look local. Never from a trusted proxy.
   */
  isLocal(request: IncomingMessage): boolean {
    return !this.config.isPublic && this.#proxy?.isFrom(request) !== true && isLocalRequest(request);
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
   * @throws AppError `unauthorized` for an invalid token, key or ticket, `too-many-requests` after too many
   *   invalid ones from the same address, `invalid-field` for a secret in the address,
   *   `storage-unavailable` for a key before the database answers
   */
  identify(request: IncomingMessage): Principal | undefined {
    if (!this.config.isOn) return { role: 'admin', kind: 'open' };
    const shown = this.#byHeader(request) ?? this.#byAddress(request) ?? this.#proxy?.principalOf(request);
    if (shown !== undefined) return shown;
    if (this.isLocal(request)) return { role: 'admin', kind: 'local' };
    return this.#bySession(request) ?? this.#byMoondreamKey(request);
  }

  /**
   * The principal of a token or a key, wherever it was shown.
   * @param address of the client; undefined for this machine, whose guesses are not counted
   * @throws AppError as {@link Authenticator.identify}
   */
  check(text: string, address: string | undefined): Principal {
    return this.judge(this.find(text), address);
  }

  /** Counts what an address guessed. @param principal undefined for a wrong guess @throws AppError as {@link Authenticator.check} */
  judge(principal: Principal | undefined, address: string | undefined): Principal {
    if (address !== undefined) this.guesses.check(address, principal?.keyId ?? principal?.role);
    if (principal === undefined) throw new AppError('unauthorized', 'The token is not valid');
    return principal;
  }

  /** The principal of a token or a key; undefined where it is not valid. @throws AppError `storage-unavailable` */
  find(text: string): Principal | undefined {
    const key = this.keys.find(text);
    if (key !== undefined) return principalOfKey(key);
    const role = this.tokens.roleOf(text);
    return role && { role, kind: 'token' };
  }

  /** Calls `listener` when a session or the key of a principal ends. Returns the unsubscribe function. */
  onEnd(principal: Principal | undefined, listener: () => void): () => void {
    const mine = signInsOf(principal);
    if (mine.length === 0) return () => {};
    return this.onSignInEnd((id) => {
      if (mine.includes(id)) listener();
    });
  }

  /** Calls with the id of every session and key that ends. Returns the unsubscribe function. */
  onSignInEnd(listener: (id: string) => void): () => void {
    const ends = [this.sessions.onRevoke(listener), this.keys.onEnd(listener)];
    return () => {
      for (const end of ends) end();
    };
  }

  #byHeader(request: IncomingMessage): Principal | undefined {
    const given = headerCredential(request);
    if (given === undefined) return undefined;
    try {
      return this.check(given.text, this.clientOf(request));
    } catch (error) {
      // A proxy before the gateway may ask for a password of its own and pass it on.
      const session = given.isBasic ? this.#bySession(request) : undefined;
      if (session === undefined) throw error;
      return session;
    }
  }

  /** Moondream clients that are told our address instead of the cloud's send our token as their key. */
  #byMoondreamKey(request: IncomingMessage): Principal | undefined {
    const key = request.headers[MOONDREAM_HEADER];
    if (typeof key !== 'string' || !requestPath(request).startsWith(MOONDREAM_PATH)) return undefined;
    return this.check(key, this.clientOf(request));
  }

  #byAddress(request: IncomingMessage): Principal | undefined {
    const { ticket, key } = addressCredentials(request);
    if (key !== undefined) return this.#byKeyInAddress(key, request);
    return ticket === undefined ? undefined : this.#byTicket(ticket, request);
  }

  #byKeyInAddress(text: string, request: IncomingMessage): Principal {
    const path = requestPath(request);
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const principal = this.check(text, this.clientOf(request));
    if (!isReading || !isPicturePath(path) || principal.role !== 'viewer') throw notInAddress('key');
    if (!isVideoPath(path)) return principal;
    return { ...principal, fileTicket: this.tickets.ofVideo(principal, path) };
  }

  #byTicket(text: string, request: IncomingMessage): Principal {
    const ticket = request.method === 'GET' ? this.tickets.take(text, requestPath(request)) : undefined;
    const { role, sessionId, keyId } = ticket ?? {};
    const key = keyId === undefined ? undefined : this.keys.ofSignIn(keyId);
    const hasEnded = keyId !== undefined && key === undefined;
    if (role === undefined || hasEnded || (sessionId !== undefined && this.sessions.ended.has(sessionId)))
      throw new AppError('unauthorized', 'The ticket is not valid here, or no more');
    return { role, ...(key && principalOfKey(key)), kind: 'ticket', sessionId };
  }

  #bySession(request: IncomingMessage): Principal | undefined {
    const session = this.sessionOf(request);
    if (session === undefined) return undefined;
    const key = session.keyId === undefined ? undefined : this.keys.ofSignIn(session.keyId);
    if (session.keyId !== undefined && key === undefined) return undefined;
    return { role: session.role, ...(key && principalOfKey(key)), kind: 'session', sessionId: session.id };
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

/** What a key makes of its holder. */
export function principalOfKey({ id, name, scope, cameras }: Key): Principal & { role: Role } {
  return { role: ROLE_OF_SCOPE[scope], kind: 'key', keyId: id, name, cameras };
}
