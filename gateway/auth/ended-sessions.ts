/** Keeps sign-outs over restarts, and brings them from one gateway to all others on the database. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { SteadyClock } from '#shared/steady-clock.ts';
import type { Store } from '../store/store.ts';
import { lookPauseMs, startWhenReady } from '../store/store-jobs.ts';
import { EndedSessionRepository } from './ended-session-repository.ts';
import type { Sessions } from './sessions.ts';

/** What is needed for it. */
export interface EndedSessionsOptions {
  sessions: Pick<Sessions, 'ended' | 'learn' | 'onRevoke'>;
  store: Pick<Store, 'db' | 'engine' | 'isReady' | 'whenReady'>;
  log: Logger;
  /** Longest time until a sign-out at another gateway counts here, milliseconds. */
  everyMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

/** A sign-out at another gateway on the database counts here within a second. */
export const SHARED_MS = 1000;

/** Runs from start to close. A sign-out counts here immediately, whether the database answers or not. */
export class EndedSessions {
  readonly #clock = new SteadyClock();
  readonly #options: EndedSessionsOptions;
  readonly #repository: EndedSessionRepository;
  readonly #job: PeriodicJob;
  #unsubscribe: (() => void) | undefined;

  constructor(options: EndedSessionsOptions) {
    this.#options = options;
    this.#repository = new EndedSessionRepository(options.store.db);
    this.#job = new PeriodicJob({
      run: () => this.#compare(),
      onError: (error) => this.#onError(error),
      everyMs: options.everyMs ?? lookPauseMs(options.store, SHARED_MS),
    });
  }

  /** Starts: compares as soon as the database is open, and with each sign-out. */
  start(): void {
    const { sessions, store } = this.#options;
    this.#unsubscribe = sessions.onRevoke(() => this.#job.runNow());
    startWhenReady(store, () => this.#job.start());
  }

  /** Stops once the last sign-out is stored; call before the store is closed. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    await this.#job.close();
    await this.#compare().catch((error: unknown) => this.#onError(error));
  }

  async #compare(): Promise<void> {
    const { sessions, store, now = () => this.#clock.now() } = this.#options;
    if (!store.isReady) return;
    const stored = await this.#repository.list(now());
    await this.#repository.add(new Map([...sessions.ended].filter(([id]) => !stored.has(id))));
    sessions.learn(stored);
    await this.#repository.prune(now());
  }

  #onError(error: unknown): void {
    this.#options.log.debug(
      { reason: messageOf(error) },
      'sign-outs could not be compared with the database',
    );
  }
}
