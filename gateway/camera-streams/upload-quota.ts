/** Keeps uploaded videos within a quota: the oldest make room for the next, unless somebody still needs them. */
import type { Transaction } from 'kysely';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Database } from '../store/database.ts';
import type { CameraStreamRepository, StoredVideo } from './camera-stream-repository.ts';
import type { UploadFolder } from './upload-folder.ts';

export interface UploadQuotaOptions {
  repository: CameraStreamRepository;
  uploads: UploadFolder;
  /** Most that all uploaded videos may take, bytes. */
  quotaBytes: number;
  /** Whether a camera plays this file. @param file absolute path */
  isPlayed: (file: string) => boolean;
  log: Logger;
}

/** Decides which videos go. One that the backend was not told of yet stays, and one that a camera plays. */
export class UploadQuota {
  readonly #options: UploadQuotaOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: UploadQuotaOptions) {
    this.#options = options;
  }

  /**
   * Runs one after another what makes room and fills it: two at once would each count without the other.
   */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** @throws AppError `upload-quota-full` when so many bytes would find no room, whatever made way for them */
  async expectRoom(bytes: number): Promise<void> {
    const kept = (await this.#options.repository.videos()).filter((video) => this.#isNeeded(video));
    if (sumOf(kept) + bytes > this.#options.quotaBytes) throw this.#full();
  }

  /**
   * Notes the oldest videos as removed until there is room for so many bytes.
   * @param now Unix milliseconds
   * @returns the files to be deleted once the transaction is committed, for {@link clear}
   * @throws AppError `upload-quota-full`
   */
  async makeRoom(trx: Transaction<Database>, bytes: number, now: number): Promise<string[]> {
    const { repository, quotaBytes } = this.#options;
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

  /** Deletes files whose rows say that they were removed; what cannot be deleted now is by the next start. */
  async clear(files: readonly string[]): Promise<void> {
    const { uploads, log } = this.#options;
    for (const file of files) {
      try {
        await uploads.remove(file);
        log.info({ file }, 'an uploaded video made room for newer ones');
      } catch (error) {
        log.warn({ file, reason: messageOf(error) }, 'an uploaded video could not be deleted');
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
