/** Keeps sign-outs over restarts, and brings them from one gateway to all others on the database. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Store } from '../store/store.ts';
import { EndedSessionRepository } from './ended-session-repository.ts';
import type { Sessions } from './sessions.ts';

/** What is needed for it. */
export interface EndedSessionsOptions {
  sessions: Pick<Sessions, 'ended' | 'learn' | 'onRevoke'>;
  store: Pick<Store, 'db' | 'isReady' | 'whenReady'>;
  log: Logger;
  /** Longest time until a sign-out at another gateway counts here, milliseconds. */
  everyMs?: number;
  /** Unix milliseconds. */
  now?: () => number;
}

const EVERY_MS = 60_000;

/** Runs from start to close. A sign-out counts here at once, whether the database answers or not. */
export class EndedSessions {
  readonly #options: EndedSessionsOptions;
  readonly #repository: EndedSessionRepository;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(options: EndedSessionsOptions) {
    this.#options = options;
    this.#repository = new EndedSessionRepository(options.store.db);
  }

  /** Begins: with the first round as soon as the database is open, and with each sign-out. */
  start(): void {
    const { sessions, store, everyMs = EVERY_MS } = this.#options;
    this.#unsubscribe = sessions.onRevoke(() => this.#begin());
    this.#timer = setInterval(() => this.#begin(), everyMs);
    void store.whenReady().then(
      () => this.#begin(),
      () => {},
    );
  }

  /** Stops once the last sign-out is stored; to be called before the store is closed. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#unsubscribe?.();
    await this.#round;
  }

  #begin(): void {
    this.#round = this.#round.then(() => this.#run());
  }

  async #run(): Promise<void> {
    const { sessions, store, log, now = Date.now } = this.#options;
    if (!store.isReady) return;
    try {
      const stored = await this.#repository.list(now());
      await this.#repository.add(new Map([...sessions.ended].filter(([id]) => !stored.has(id))));
      sessions.learn(stored);
      await this.#repository.prune(now());
    } catch (error) {
      log.debug({ reason: messageOf(error) }, 'sign-outs could not be compared with the database');
    }
  }
}
