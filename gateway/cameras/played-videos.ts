/** Uploaded videos that cameras play. */
import { type CameraSource, isAddressed, type RegisteredSource } from '#shared/camera-source.ts';
import { AppError } from '#shared/errors.ts';

export interface UploadedVideos {
  /** Absolute path of a stream's video. @returns undefined when there is none */
  fileOf(streamId: string): Promise<string | undefined>;
  /** Calls `listener` when videos were deleted here. */
  onDeleted?(listener: () => void): void;
}

/** A stored source as a worker plays it; the path of a video that is gone is empty. */
export async function playableSource(
  source: RegisteredSource,
  videos: UploadedVideos,
): Promise<CameraSource> {
  if (isAddressed(source)) return source;
  return { kind: source.kind, file: (await videos.fileOf(source.stream)) ?? '' };
}

/** @throws AppError `invalid-field` where a source names a video that is not there */
export async function expectVideo(source: RegisteredSource, videos: UploadedVideos): Promise<void> {
  if (isAddressed(source) || (await videos.fileOf(source.stream)) !== undefined) return;
  throw new AppError('invalid-field', `There is no uploaded video of camera stream ${source.stream}`, {
    field: 'video',
  });
}
