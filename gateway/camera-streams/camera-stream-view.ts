/** The public view of camera streams. */
import { maskedUrl, rtspSourceFromUrl } from '#shared/camera-source.ts';
import type { CameraStream } from '#shared/contract/camera-stream.ts';
import type { StoredStream } from './camera-stream-repository.ts';

/** The public part of a stream. */
export function describeStream(stream: StoredStream, origin: string): CameraStream {
  return {
    cameraId: stream.cameraId,
    cameraDescription: stream.description,
    streamType: stream.videoFile === null ? 'rtsp' : 'video',
    rtspUrl: stream.rtspUrl === null ? null : maskedUrl(rtspSourceFromUrl(stream.rtspUrl)),
    videoUrl:
      stream.videoFile === null || stream.videoRemovedAt !== null ? null : videoUrl(stream.cameraId, origin),
    videoBytes: stream.videoBytes,
    videoRemovedAt: stream.videoRemovedAt === null ? null : new Date(stream.videoRemovedAt).toISOString(),
    createdAt: new Date(stream.createdAt).toISOString(),
  };
}

/** URL of an uploaded video. */
export function videoUrl(cameraId: string, origin: string): string {
  return `${origin}/api/camera-streams/${encodeURIComponent(cameraId)}/video`;
}
