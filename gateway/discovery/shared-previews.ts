/** Gives previews at every gateway on a PostgreSQL database; each is its own gateway's, too. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { settlesWithin } from '../jobs/pause.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import { PreviewRepository } from './preview-repository.ts';
import { KEEP_MS, Previews } from './previews.ts';

export interface SharedPreviewsOptions {
  store: Pick<Store, 'db' | 'engine' | 'whenReady'>;
  log: Logger;
}

/** A search does not wait for a database that hangs. */
const MAX_WAIT_MS = 1000;

/** Without PostgreSQL, the previews of one gateway. */
export class SharedPreviews {
  readonly #own = new Previews();
  readonly #repository: PreviewRepository | undefined;
  readonly #log: Logger;

  constructor({ store, log }: SharedPreviewsOptions) {
    this.#log = log;
    if (store.engine !== 'postgres') return;
    this.#repository = new PreviewRepository(store);
    // Of a gateway that ended before it removed them.
    startWhenReady(store, () => this.#pruneNowAndLater());
  }

  /** Keeps a JPEG. @returns its id, which cannot be guessed, once every gateway knows it or the database is away */
  async add(jpeg: Buffer): Promise<string> {
    const id = this.#own.add(jpeg);
    if (this.#repository === undefined) return id;
    const adding = this.#repository.add(id, jpeg, KEEP_MS).then(() => this.#pruneNowAndLater());
    adding.catch((error: unknown) =>
      this.#log.warn({ reason: messageOf(error) }, 'a preview is not known to other gateways'),
    );
    await settlesWithin(adding, MAX_WAIT_MS);
    return id;
  }

  /** @throws AppError `storage-*`: another gateway may have it */
  async find(id: string): Promise<Buffer | undefined> {
    return this.#own.get(id) ?? (await this.#repository?.find(id));
  }

  #pruneNowAndLater(): void {
    const prune = (): void => void this.#repository?.prune().catch(() => {});
    prune();
    setTimeout(prune, KEEP_MS).unref();
  }
}
