/** The table `camera_streams`. */
import type { Kysely, Transaction } from 'kysely';
import { AppError } from '#shared/errors.ts';
import type { Database } from '../store/database.ts';
import type { SecretBox } from '../store/secret-box.ts';

/** A stored stream: either an address or a file. */
export interface StoredStream {
  cameraId: string;
  description: string | null;
  /** As the client gave it, password included; null for uploads, and if the key that sealed it is lost. */
  rtspUrl: string | null;
  /** Name in the uploads folder; null for RTSP. */
  videoFile: string | null;
  videoBytes: number | null;
  /** When the file was removed for newer ones, Unix milliseconds; null while it exists. */
  videoRemovedAt: number | null;
  /** Unix milliseconds. */
  createdAt: number;
}

/** A file in the uploads folder. */
export interface StoredVideo {
  cameraId: string;
  /** Name in the uploads folder. */
  file: string;
  bytes: number;
  /** Whether a delivery of this camera is pending. */
  isPending: boolean;
}

/** Reads and writes streams; addresses are encrypted on disk. */
export class CameraStreamRepository {
  readonly #db: Kysely<Database>;
  readonly #secretBox: SecretBox;

  constructor(db: Kysely<Database>, secretBox: SecretBox) {
    this.#db = db;
    this.#secretBox = secretBox;
  }

  /** Returns false when the camera has a stream already. */
  async insert(trx: Transaction<Database>, stream: StoredStream): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('camera_streams')
      .values({
        camera_id: stream.cameraId,
        description: stream.description,
        stream_type: stream.videoFile === null ? 'rtsp' : 'video',
        rtsp_url: stream.rtspUrl === null ? null : this.#secretBox.seal(stream.rtspUrl),
        video_file: stream.videoFile,
        video_bytes: stream.videoBytes,
        video_removed_at: stream.videoRemovedAt,
        created_at: stream.createdAt,
      })
      .onConflict((conflict) => conflict.column('camera_id').doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** All streams, oldest first. */
  async list(): Promise<StoredStream[]> {
    const rows = await this.#db
      .selectFrom('camera_streams')
      .selectAll()
      .orderBy('created_at')
      .orderBy('camera_id')
      .execute();
    return rows.map((row) => this.#fromRow(row));
  }

  async find(cameraId: string): Promise<StoredStream | undefined> {
    const row = await this.#db
      .selectFrom('camera_streams')
      .selectAll()
      .where('camera_id', '=', cameraId)
      .executeTakeFirst();
    return row === undefined ? undefined : this.#fromRow(row);
  }

  /** All existing videos, oldest first. */
  async videos(db: Kysely<Database> = this.#db): Promise<StoredVideo[]> {
    const rows = await db
      .selectFrom('camera_streams')
      .select(['camera_id', 'video_file', 'video_bytes'])
      .select(({ exists, selectFrom }) =>
        exists(
          selectFrom('deliveries')
            .select('id')
            .where('status', '=', 'pending')
            .whereRef('deliveries.camera_id', '=', 'camera_streams.camera_id'),
        ).as('is_pending'),
      )
      .where('video_file', 'is not', null)
      .where('video_removed_at', 'is', null)
      .orderBy('created_at')
      .orderBy('camera_id')
      .execute();
    return rows.map((row) => ({
      cameraId: row.camera_id,
      file: row.video_file ?? '',
      bytes: Number(row.video_bytes ?? 0),
      isPending: Boolean(row.is_pending),
    }));
  }

  /** Marks the videos of these cameras as removed. @param now Unix milliseconds */
  async markRemoved(trx: Transaction<Database>, cameraIds: readonly string[], now: number): Promise<void> {
    if (cameraIds.length === 0) return;
    await trx
      .updateTable('camera_streams')
      .set({ video_removed_at: now })
      .where('camera_id', 'in', cameraIds)
      .execute();
  }

  /** Names of files marked as removed. */
  async removedFiles(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('camera_streams')
      .select('video_file')
      .where('video_removed_at', 'is not', null)
      .execute();
    return rows.flatMap(({ video_file: file }) => file ?? []);
  }

  /** Whether a stream has this file. */
  async hasVideoFile(name: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('camera_streams')
      .select('camera_id')
      .where('video_file', '=', name)
      .where('video_removed_at', 'is', null)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Deletes a stream; cameras that play its video count as changed, so that workers remove their copies. */
  async delete(trx: Transaction<Database>, cameraId: string): Promise<void> {
    await trx.deleteFrom('camera_streams').where('camera_id', '=', cameraId).execute();
    await trx
      .updateTable('cameras')
      .set((eb) => ({ updated_at: eb('updated_at', '+', 1) }))
      // A camera that plays another one, which "_" may match, is only looked at again.
      .where('source', 'like', `%"stream":${JSON.stringify(cameraId)}%`)
      .execute();
  }

  #fromRow(row: {
    camera_id: string;
    description: string | null;
    rtsp_url: string | null;
    video_file: string | null;
    video_bytes: number | null;
    video_removed_at: number | null;
    created_at: number;
  }): StoredStream {
    return {
      cameraId: row.camera_id,
      description: row.description,
      rtspUrl: row.rtsp_url === null ? null : this.#unseal(row.rtsp_url),
      videoFile: row.video_file,
      videoBytes: row.video_bytes === null ? null : Number(row.video_bytes),
      videoRemovedAt: row.video_removed_at === null ? null : Number(row.video_removed_at),
      createdAt: Number(row.created_at),
    };
  }

  /** An unreadable stream must not hide the others, and can still be deleted. */
  #unseal(sealed: string): string | null {
    try {
      return this.#secretBox.open(sealed);
    } catch (error) {
      if (error instanceof AppError && error.code === 'secret-unreadable') return null;
      throw error;
    }
  }
}
