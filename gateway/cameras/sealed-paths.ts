/** Passwords in paths that an earlier version stored in clear. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Store } from '../store/store.ts';
import type { CameraRepository } from './camera-repository.ts';

export interface SealedPathsOptions {
  store: Store;
  repository: Pick<CameraRepository, 'sealPaths' | 'clearLog'>;
  log: Logger;
}

/** Seals them; nothing waits for its success. */
export async function sealStoredPaths({ store, repository, log }: SealedPathsOptions): Promise<void> {
  try {
    const cameras = await repository.sealPaths(store.db);
    if (cameras === 0) return;
    log.info({ cameras }, 'passwords in stored paths were encrypted');
    // The log of SQLite still holds the rows of before.
    if (store.engine === 'sqlite') await repository.clearLog(store.db);
  } catch (error) {
    log.warn({ reason: messageOf(error) }, 'passwords in stored paths could not be encrypted');
  }
}
