/** The valid keys, in memory: every request is checked without a query. */
import { EventEmitter } from 'node:events';
import { AppError } from '#shared/errors.ts';
import { isTextOf, type Key, keyIdIn } from './key.ts';

/** Longest time to the next look at the clock, which may be set meanwhile, milliseconds. */
const LOOK_MS = 30_000;

/** Knows keys until they expire or are revoked. */
export class KnownKeys {
  readonly #now: () => number;
  readonly #used = new Set<string>();
  #byId: ReadonlyMap<string, Key> | undefined;
  readonly #events = new EventEmitter<{ end: [string] }>();
  #timer: NodeJS.Timeout | undefined;

  /** @param now Unix milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#events.setMaxListeners(0);
  }

  /** The key of a text; undefined where it is no valid one. @throws AppError `storage-unavailable` before keys are known */
  find(text: string): Key | undefined {
    const id = keyIdIn(text);
    if (id === undefined) return undefined;
    const key = this.#expect(id);
    return key !== undefined && isTextOf(key, text) ? this.#use(key) : undefined;
  }

  /** A valid key by its id, as a session or ticket holds it. @throws AppError `storage-unavailable` before keys are known */
  ofSignIn(id: string): Key | undefined {
    const key = this.#expect(id);
    return key && this.#use(key);
  }

  /** Whether they were read. */
  get areKnown(): boolean {
    return this.#byId !== undefined;
  }

  /** Notes that a client showed it knows a key. */
  used(id: string): void {
    this.#used.add(id);
  }

  /** Ids of the keys that were used since the last call of {@link takeUsed}. */
  get recentlyUsed(): ReadonlySet<string> {
    return this.#used;
  }

  /** Ids of the keys that were used since the last call. */
  takeUsed(): string[] {
    const used = [...this.#used];
    this.#used.clear();
    return used;
  }

  #use(key: Key): Key {
    this.#used.add(key.id);
    return key;
  }

  #expect(id: string): Key | undefined {
    if (this.#byId !== undefined) return this.get(id);
    const message = 'Keys cannot be checked before the database answers';
    throw new AppError('storage-unavailable', message, { retryAfter: 1 });
  }

  /** A valid key by its id; undefined before keys are known. */
  get(id: string): Key | undefined {
    const key = this.#byId?.get(id);
    return key === undefined || this.#isExpired(key) ? undefined : key;
  }

  /** Whether these are the keys that are known. */
  hasExactly(ids: readonly string[]): boolean {
    return this.#byId?.size === ids.length && ids.every((id) => this.#byId?.has(id));
  }

  /** Takes the stored keys; those that are no longer stored end. */
  learn(keys: readonly Key[]): void {
    const before = this.#byId;
    this.#byId = new Map(keys.map((key) => [key.id, key]));
    for (const id of before?.keys() ?? []) if (!this.#byId.has(id)) this.#events.emit('end', id);
    this.#endExpired();
  }

  /** Calls with the id of a key that was revoked or expired. Returns the unsubscribe function. */
  onEnd(listener: (id: string) => void): () => void {
    this.#events.on('end', listener);
    return () => void this.#events.off('end', listener);
  }

  /** Ends the timer. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #isExpired({ expiresAt = Number.POSITIVE_INFINITY }: Key): boolean {
    return expiresAt <= this.#now();
  }

  #endExpired(): void {
    clearTimeout(this.#timer);
    const all = [...(this.#byId?.values() ?? [])];
    for (const key of all) if (this.#isExpired(key)) this.#events.emit('end', key.id);
    const next = Math.min(...all.filter((key) => !this.#isExpired(key)).map(expiryOf));
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#endExpired(), Math.min(LOOK_MS, next - this.#now())).unref();
  }
}

function expiryOf({ expiresAt = Number.POSITIVE_INFINITY }: Key): number {
  return expiresAt;
}
