/** The keys by which push services know this gateway: made at the first need, stored sealed. */
import type { NotificationRepository } from './notification-repository.ts';
import { makeVapidKeys, type VapidKeys } from './targets/push-library.ts';

/** One pair for all gateways on a database: browsers subscribe to it. */
export class PushKeys {
  readonly #repository: Pick<NotificationRepository, 'findKeys' | 'keepKeys'>;
  #keys: VapidKeys | undefined;

  constructor(repository: Pick<NotificationRepository, 'findKeys' | 'keepKeys'>) {
    this.#repository = repository;
  }

  /** @throws AppError `storage-*`, `secret-unreadable` */
  async get(): Promise<VapidKeys> {
    this.#keys ??= JSON.parse(
      (await this.#repository.findKeys()) ??
        (await this.#repository.keepKeys(JSON.stringify(await makeVapidKeys()))),
    ) as VapidKeys;
    return this.#keys;
  }
}
