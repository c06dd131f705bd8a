/** Makes used tickets and invalid tokens count at all gateways on a PostgreSQL database. */
import { randomUUID } from 'node:crypto';
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import type { GuessLimiter } from './guess-limiter.ts';
import { type SignInNews, SignInNewsRepository } from './sign-in-news-repository.ts';
import type { Tickets } from './tickets.ts';

export interface SharedSignInsOptions {
  tickets: Pick<Tickets, 'onUsed' | 'learn'>;
  guesses: Pick<GuessLimiter, 'onRefused' | 'learn'>;
  store: Pick<Store, 'db' | 'engine' | 'whenReady'>;
  log: Logger;
  /** Longest time until news of another gateway counts here, milliseconds. */
  everyMs?: number;
}

const EVERY_MS = 1000;
const HOUR_MS = 3_600_000;
/** Read again at each look: transactions do not commit in the order of their times. */
const OVERLAP_MS = 10_000;
const PRUNE_MS = 60_000;
/** News kept while the database is away; the oldest are dropped first. */
const MAX_PENDING = 10_000;
/** Ids kept against counting twice; the oldest are dropped first. */
const MAX_KNOWN = 100_000;

/** Runs from start to close, on PostgreSQL only. What happens here counts here immediately, database or not. */
export class SharedSignIns {
  readonly #options: SharedSignInsOptions;
  readonly #repository: SignInNewsRepository;
  readonly #job: PeriodicJob;
  #pending: SignInNews[] = [];
  /** Ids that count here already, with the time at which they were met. */
  readonly #known = new Map<string, number>();
  #readAt: number | undefined;
  #prunedAt = Number.NEGATIVE_INFINITY;

  constructor(options: SharedSignInsOptions) {
    this.#options = options;
    this.#repository = new SignInNewsRepository(options.store.db);
    this.#job = new PeriodicJob({
      run: () => this.#exchange(),
      onError: (error) =>
        options.log.debug({ reason: messageOf(error) }, 'news of sign-ins could not be exchanged'),
      everyMs: options.everyMs ?? EVERY_MS,
    });
  }

  start(): void {
    const { tickets, guesses, store } = this.#options;
    if (store.engine !== 'postgres') return;
    tickets.onUsed((id, expiresAt) => this.#tell('ticket', id, expiresAt - Date.now()));
    guesses.onRefused((client) => this.#tell('guess', client, HOUR_MS));
    startWhenReady(store, () => this.#job.start());
  }

  async close(): Promise<void> {
    await this.#job.close();
  }

  #tell(kind: SignInNews['kind'], subject: string, lifetimeMs: number): void {
    const id = randomUUID();
    this.#known.set(id, performance.now());
    this.#pending.push({ id, kind, subject, lifetimeMs });
    if (this.#pending.length > MAX_PENDING) this.#pending.shift();
    this.#job.runNow();
  }

  async #exchange(): Promise<void> {
    const told = [...this.#pending];
    await this.#repository.add(told);
    this.#pending = this.#pending.filter((news) => !told.includes(news));
    for (const id of this.#known.keys()) {
      if (this.#known.size <= MAX_KNOWN) break;
      this.#known.delete(id);
    }
    const now = performance.now();
    const since = this.#readAt === undefined ? undefined : now - this.#readAt + OVERLAP_MS;
    for (const { id, kind, subject, ageMs, leftMs } of await this.#repository.list(since)) {
      if (this.#known.has(id)) continue;
      this.#known.set(id, now);
      if (kind === 'ticket') this.#options.tickets.learn(subject, Date.now() + leftMs);
      else this.#options.guesses.learn(subject, ageMs);
    }
    this.#readAt = now;
    if (now - this.#prunedAt > PRUNE_MS) await this.#prune(now);
  }

  /** After a long absence of the database all that matters is read again; so ids are kept as long. */
  async #prune(now: number): Promise<void> {
    this.#prunedAt = now;
    for (const [id, metAt] of this.#known) if (now - metAt > HOUR_MS) this.#known.delete(id);
    await this.#repository.prune();
  }
}
