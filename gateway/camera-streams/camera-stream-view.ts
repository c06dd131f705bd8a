/** The public view of camera streams. */
import { maskedUrl, sourceFromUrl } from '#shared/camera-source.ts';
import type { StoredStream } from './camera-stream-repository.ts';

/** One stream in a response. */
export interface CameraStream {
  cameraId: string;
  cameraDescription: string | null;
  streamType: 'rtsp' | 'video';
  /** Passwords masked; null for uploads, and if the key that sealed it is lost. */
  rtspUrl: string | null;
  /** Absolute; null for RTSP and for a removed video. */
  videoUrl: string | null;
  /** Size of an upload. */
  videoBytes: number | null;
  /** When an upload was removed for newer ones, ISO 8601; null while it exists. */
  videoRemovedAt: string | null;
  /** ISO 8601. */
  createdAt: string;
}

/** The public part of a stream. */
export function describeStream(stream: StoredStream, origin: string): CameraStream {
  return {
    cameraId: stream.cameraId,
    cameraDescription: stream.description,
    streamType: stream.videoFile === null ? 'rtsp' : 'video',
    rtspUrl: stream.rtspUrl === null ? null : maskedUrl(sourceFromUrl(stream.rtspUrl)),
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
