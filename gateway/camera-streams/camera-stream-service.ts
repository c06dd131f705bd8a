/** Stores camera streams, each together with its delivery to the analysis backend. */
import type { CameraStream, RtspStreamRequest, VideoStreamRequest } from '#shared/contract/camera-stream.ts';
import type { CameraStreamPayload } from '#shared/contract/delivery.ts';
import { AppError } from '#shared/errors.ts';
import type { VideoFacts } from '#shared/worker-protocol.ts';
import type { Transaction } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { CameraStreamRepository, StoredStream } from './camera-stream-repository.ts';
import { describeStream, videoUrl } from './camera-stream-view.ts';
import type { UploadQuota } from './upload-quota.ts';
import type { StagedUpload, UploadStore } from './upload-store.ts';
import type { VideoCheck } from './video-check.ts';

/** The used part of the outbox. */
export interface StreamOutbox {
  enqueue(trx: Transaction, delivery: { cameraId: string; payload: CameraStreamPayload }): Promise<void>;
}

export interface CameraStreamServiceOptions {
  store: Pick<Store, 'transaction' | 'whenReady'>;
  repository: CameraStreamRepository;
  outbox: StreamOutbox;
  uploads: UploadStore;
  quota: UploadQuota;
  check: Pick<VideoCheck, 'check' | 'expectReady'>;
  /** Called after every commit that stored a delivery. */
  onStored?: () => void;
  /** Called when a stream was deleted. */
  onDeleted?: () => void;
  /** Unix milliseconds. */
  now?: () => number;
}

/** A complete file of a client, with a safe name. */
export interface UploadedVideo {
  staged: StagedUpload;
  name: string;
}

/** Camera streams. `origin` is always the address by which a client reaches this gateway. */
export class CameraStreamService {
  readonly #options: CameraStreamServiceOptions;
  readonly #now: () => number;

  constructor(options: CameraStreamServiceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Collects what a crash left; await it before the first request.
   * @returns `swept` resolves once leftovers are finished or deleted, which waits for the database
   */
  async start(): Promise<{ swept: Promise<void> }> {
    const { uploads, repository, store } = this.#options;
    const leftovers = await uploads.leftovers();
    const isStored = (name: string): Promise<boolean> => repository.hasVideoFile(name);
    const sweep = async (): Promise<void> => {
      await uploads.sweep(leftovers, isStored);
      for (const file of await repository.removedFiles()) await uploads.remove(file);
    };
    return { swept: store.whenReady().then(sweep) };
  }

  /** Stores an RTSP stream. @throws AppError `camera-stream-exists` */
  async add(request: RtspStreamRequest, origin: string): Promise<CameraStream> {
    const stream: StoredStream = {
      cameraId: request.cameraId,
      description: request.cameraDescription,
      rtspUrl: request.rtspUrl.trim(),
      videoFile: null,
      videoBytes: null,
      videoRemovedAt: null,
      createdAt: this.#now(),
    };
    await this.#insert(stream, origin);
    return describeStream(stream, origin);
  }

  /**
   * Stores an uploaded video; a refused one leaves nothing behind.
   * @throws AppError `camera-stream-exists`, `not-a-video`, `upload-quota-full`, `upload-store-unavailable`, `worker-*`
   */
  async addVideo(
    request: VideoStreamRequest,
    { staged, name }: UploadedVideo,
    origin: string,
  ): Promise<CameraStream & { video: VideoFacts }> {
    const { cameraId, cameraDescription: description } = request;
    const createdAt = this.#now();
    const videoFile = `${cameraId}-${createdAt}-${name}`;
    const video = { videoFile, videoBytes: staged.bytes, videoRemovedAt: null };
    const stream = { cameraId, description, rtspUrl: null, ...video, createdAt };
    let isInDoubt = false;
    try {
      await this.#expectNew(cameraId);
      const facts = await this.#options.check.check(staged.path);
      await staged.stageAs(videoFile);
      isInDoubt = true;
      await this.#insertVideo(stream, origin);
      await staged.publish();
      return { ...describeStream(stream, origin), video: facts };
    } catch (error) {
      // If the row was committed nevertheless, the next sweep publishes its file.
      if (!isInDoubt || !(await this.#isStored(videoFile))) await staged.discard();
      throw error;
    }
  }

  /**
   * Checks before the upload is received. @param bytes announced size
   * @throws AppError `worker-not-ready` while no worker could check the video, `upload-quota-full`
   */
  async expectUploadPossible(bytes: number): Promise<void> {
    this.#options.check.expectReady();
    await this.#options.quota.expectRoom(bytes);
  }

  /** All streams, oldest first. */
  async list(origin: string): Promise<CameraStream[]> {
    const streams = await this.#options.repository.list();
    return streams.map((stream) => describeStream(stream, origin));
  }

  /** @throws AppError `camera-stream-not-found` */
  async get(cameraId: string, origin: string): Promise<CameraStream> {
    return describeStream(await this.#find(cameraId), origin);
  }

  /** Deletes a stream and its file; pending deliveries stay. @throws AppError `camera-stream-not-found`, `upload-store-unavailable` */
  async remove(cameraId: string): Promise<void> {
    const { uploads, repository, store } = this.#options;
    const { videoFile } = await this.#find(cameraId);
    // Hidden first, so that a crash in between leaves no file without a row.
    const staged = videoFile === null ? undefined : await uploads.withdraw(videoFile);
    try {
      await store.transaction((trx) => repository.delete(trx, cameraId));
    } catch (error) {
      await staged?.publish();
      throw error;
    }
    await staged?.discard();
    this.#options.onDeleted?.();
  }

  /** Name of an uploaded video in the store. @throws AppError `camera-stream-not-found`, also for an RTSP stream, `video-removed` */
  async videoFile(cameraId: string): Promise<string> {
    const { videoFile, videoRemovedAt } = await this.#find(cameraId);
    if (videoFile === null) throw notFound(cameraId, 'No uploaded video for camera');
    if (videoRemovedAt !== null)
      throw new AppError('video-removed', `The video of camera ${cameraId} made room for newer ones`);
    return videoFile;
  }

  /** Commits a row together with the removals that make room for it; files follow the rows. */
  #insertVideo(stream: StoredStream, origin: string): Promise<void> {
    const { quota } = this.#options;
    let leaving: string[] = [];
    return quota.inTurn(async () => {
      await this.#insert(stream, origin, async (trx) => {
        leaving = await quota.makeRoom(trx, stream.videoBytes ?? 0, stream.createdAt);
      });
      await quota.clear(leaving);
    });
  }

  async #insert(
    stream: StoredStream,
    origin: string,
    before?: (trx: Transaction) => Promise<void>,
  ): Promise<void> {
    const { store, repository, outbox, onStored } = this.#options;
    await store.transaction(async (trx) => {
      await before?.(trx);
      if (!(await repository.insert(trx, stream))) throw exists(stream.cameraId);
      await outbox.enqueue(trx, { cameraId: stream.cameraId, payload: payloadOf(stream, origin) });
    });
    onStored?.();
  }

  async #expectNew(cameraId: string): Promise<void> {
    if ((await this.#options.repository.find(cameraId)) !== undefined) throw exists(cameraId);
  }

  async #find(cameraId: string): Promise<StoredStream> {
    const stream = await this.#options.repository.find(cameraId);
    if (stream === undefined) throw notFound(cameraId, 'No stream for camera');
    return stream;
  }

  async #isStored(videoFile: string): Promise<boolean> {
    // Without a database the sweep of the next start decides.
    return this.#options.repository.hasVideoFile(videoFile).catch(() => true);
  }
}

function payloadOf(stream: StoredStream, origin: string): CameraStreamPayload {
  return {
    camera_id: stream.cameraId,
    camera_description: stream.description,
    stream_type: stream.videoFile === null ? 'rtsp' : 'video',
    rtsp_url: stream.rtspUrl,
    video_url: stream.videoFile === null ? null : videoUrl(stream.cameraId, origin),
  };
}

function exists(cameraId: string): AppError {
  return new AppError('camera-stream-exists', `Camera ${cameraId} has a stream already; delete that first`, {
    field: 'cameraId',
  });
}

function notFound(cameraId: string, message: string): AppError {
  return new AppError('camera-stream-not-found', `${message} ${cameraId}`);
}
