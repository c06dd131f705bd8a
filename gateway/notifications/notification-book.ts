/** The notifications in memory, so that events ask no database. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import type { Store } from '../store/store.ts';
import { lookPauseMs, startWhenReady } from '../store/store-jobs.ts';
import { tellsOf } from './matching.ts';
import type { Happening, Rule, StoredNotification } from './notification.ts';
import type { NotificationRepository } from './notification-repository.ts';

export interface NotificationBookOptions {
  store: Pick<Store, 'engine' | 'whenReady'>;
  repository: Pick<NotificationRepository, 'list'>;
  /** Called after every look. */
  onRead: () => void;
  log: Logger;
  /** Pause between two looks for changes of other gateways, milliseconds. */
  everyMs?: number | undefined;
}

const SHARED_MS = 1000;

/** Runs from start to close. */
export class NotificationBook {
  readonly #options: NotificationBookOptions;
  readonly #job: PeriodicJob;
  #all: readonly Rule[] = [];
  #tail: Promise<void> = Promise.resolve();

  constructor(options: NotificationBookOptions) {
    const { store, log, everyMs = lookPauseMs(store, SHARED_MS) } = options;
    this.#options = options;
    this.#job = new PeriodicJob({
      run: () => this.read(),
      onError: (error) => log.debug({ reason: messageOf(error) }, 'notifications could not be read'),
      everyMs,
      retryMs: SHARED_MS,
    });
  }

  /** Those that are not paused. */
  get rules(): readonly Rule[] {
    return this.#all.filter(({ enabled }) => enabled);
  }

  /** Those that tell of a happening. */
  tellingOf(happening: Happening): readonly Rule[] {
    return this.rules.filter((rule) => tellsOf(rule, happening));
  }

  /** One of all, paused or not. */
  find(id: string): Rule | undefined {
    return this.#all.find((rule) => rule.id === id);
  }

  start(): void {
    startWhenReady(this.#options.store, () => this.#job.start());
  }

  close(): Promise<void> {
    return this.#job.close();
  }

  /** Reads what is stored; no older list follows a newer one. @throws AppError `storage-*` */
  read(): Promise<void> {
    const done = this.#tail.then(async () => {
      this.#all = (await this.#options.repository.list()).map(ruleOf);
      this.#options.onRead();
    });
    this.#tail = done.catch(() => {});
    return done;
  }
}

function ruleOf({ id, name, target, settings, enabled, owner }: StoredNotification): Rule {
  return { id, name, targetKind: target.kind, enabled, owner, ...settings };
}
