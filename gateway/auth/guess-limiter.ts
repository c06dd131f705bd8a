/** Limits how often one address may send invalid tokens. */
import { AppError } from '#shared/errors.ts';
import type { RateLimits } from '../config/auth.ts';
import { addressKey } from './address-key.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Addresses remembered; the oldest are forgotten first. */
const MAX_CLIENTS = 10_000;

interface Client {
  /** When each refused token came, of the last hour, milliseconds; at most as many as an hour allows. */
  refusedAt: number[];
  /** Roles of tokens, and ids of keys, that this address has shown before it ran into the limit. */
  shown: Set<string>;
}

/** Counts invalid tokens by client address, as the limits of sign-ins say. */
export class GuessLimiter {
  readonly #limits: Pick<RateLimits, 'logins' | 'loginsHourly'>;
  readonly #now: () => number;
  readonly #clients = new Map<string, Client>();
  #onRefused: (client: string) => void = () => {};

  /** @param now monotonic milliseconds */
  constructor(limits: Pick<RateLimits, 'logins' | 'loginsHourly'>, now = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Judges a token that came from an address. A valid token is refused too while the address is over
   * its limit, or guessing could go on; except where the address has shown it before.
   * @param valid role of the token or id of the key; undefined when it is not valid
   * @throws AppError `too-many-requests`
   */
  check(address: string, valid: string | undefined): void {
    const client = this.#clientAt(addressKey(address));
    if (valid !== undefined && client.shown.has(valid)) return;
    const wait = this.#waitOf(client);
    if (wait > 0) throw tooManyTokens(wait);
    if (valid !== undefined) return void client.shown.add(valid);
    client.refusedAt.push(this.#now());
    this.#onRefused(addressKey(address));
  }

  /** Calls `listener` with the key of each address that sent an invalid token. */
  onRefused(listener: (client: string) => void): void {
    this.#onRefused = listener;
  }

  /** Counts an invalid token that another gateway refused. @param client key of its address */
  learn(client: string, ageMs: number): void {
    const { refusedAt } = this.#clientAt(client);
    refusedAt.push(this.#now() - ageMs);
    refusedAt.sort((a, b) => a - b);
  }

  #clientAt(key: string): Client {
    const client = this.#clients.get(key) ?? { refusedAt: [], shown: new Set() };
    this.#clients.delete(key);
    this.#clients.set(key, client);
    if (this.#clients.size > MAX_CLIENTS) this.#clients.delete(this.#clients.keys().next().value as string);
    return client;
  }

  /** Milliseconds until the next guess is allowed. */
  #waitOf(client: Client): number {
    const now = this.#now();
    while ((client.refusedAt[0] ?? now) <= now - HOUR_MS) client.refusedAt.shift();
    const { logins, loginsHourly } = this.#limits;
    // The oldest refusal that still counts has to leave its window first.
    const inMinute = (client.refusedAt.at(-logins) ?? Number.NEGATIVE_INFINITY) + MINUTE_MS - now;
    const inHour = (client.refusedAt.at(-loginsHourly) ?? Number.NEGATIVE_INFINITY) + HOUR_MS - now;
    return Math.max(inMinute, inHour);
  }
}

function tooManyTokens(waitMs: number): AppError {
  return new AppError('too-many-requests', 'Too many invalid tokens from this address', {
    retryAfter: Math.ceil(waitMs / 1000),
  });
}
