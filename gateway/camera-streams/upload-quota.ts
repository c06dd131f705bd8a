/** Keeps uploaded videos within a quota: removes the oldest that are not in use. */
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Transaction } from '../store/database.ts';
import { lockUntilEnd } from '../store/row-lock.ts';
import type { CameraStreamRepository, StoredVideo } from './camera-stream-repository.ts';
import type { UploadStore } from './upload-store.ts';

export interface UploadQuotaOptions {
  repository: CameraStreamRepository;
  uploads: Pick<UploadStore, 'pathOf' | 'remove'>;
  /** Disk space of all uploaded videos, bytes. */
  quotaBytes: number;
  /** Whether a camera plays this file. @param file absolute path */
  isPlayed: (file: string) => boolean;
  log: Logger;
}

/** Chooses videos to remove; never one with a pending delivery or one that a camera plays. */
export class UploadQuota {
  readonly #options: UploadQuotaOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: UploadQuotaOptions) {
    this.#options = options;
  }

  /**
   * Runs tasks that make and use room one after another: simultaneous ones would not count each other.
   */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** @throws AppError `upload-quota-full` when even all removals would not make room for this many bytes */
  async expectRoom(bytes: number): Promise<void> {
    const kept = (await this.#options.repository.videos()).filter((video) => this.#isNeeded(video));
    if (sumOf(kept) + bytes > this.#options.quotaBytes) throw this.#full();
  }

  /**
   * Marks the oldest videos as removed until there is room for this many bytes.
   * @param now Unix milliseconds
   * @returns files to pass to {@link clear} after the commit
   * @throws AppError `upload-quota-full`
   */
  async makeRoom(trx: Transaction, bytes: number, now: number): Promise<string[]> {
    const { repository, quotaBytes } = this.#options;
    await lockUntilEnd(trx, 'upload quota');
    const videos = await repository.videos(trx);
    const going: StoredVideo[] = [];
    let excess = sumOf(videos) + bytes - quotaBytes;
    for (const video of videos) {
      if (excess <= 0) break;
      if (this.#isNeeded(video)) continue;
      going.push(video);
      excess -= video.bytes;
    }
    if (excess > 0) throw this.#full();
    await repository.markRemoved(
      trx,
      going.map(({ cameraId }) => cameraId),
      now,
    );
    return going.map(({ file }) => file);
  }

  /** Deletes files marked as removed; failed deletions are retried at the next start. */
  async clear(files: readonly string[]): Promise<void> {
    const { uploads, log } = this.#options;
    for (const file of files) {
      try {
        await uploads.remove(file);
        log.info({ file }, 'removed an uploaded video for newer ones');
      } catch (error) {
        log.warn({ file, reason: messageOf(error) }, 'could not delete an uploaded video');
      }
    }
  }

  #isNeeded({ file, isPending }: StoredVideo): boolean {
    return isPending || this.#options.isPlayed(this.#options.uploads.pathOf(file));
  }

  #full(): AppError {
    const { quotaBytes } = this.#options;
    return new AppError(
      'upload-quota-full',
      `Uploaded videos may take ${quotaBytes} bytes, which are in use`,
      {
        extra: { quotaBytes },
      },
    );
  }
}

function sumOf(videos: readonly StoredVideo[]): number {
  return videos.reduce((sum, { bytes }) => sum + bytes, 0);
}
