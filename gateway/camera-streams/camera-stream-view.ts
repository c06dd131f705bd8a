/** Camera streams as clients see them. */
import { maskedUrl, sourceFromUrl } from '#shared/camera-source.ts';
import type { StoredStream } from './camera-stream-repository.ts';

/** One stream in an answer. */
export interface CameraStream {
  cameraId: string;
  cameraDescription: string | null;
  streamType: 'rtsp' | 'video';
  /** Passwords masked; null for uploads, and where the key that sealed it is lost. */
  rtspUrl: string | null;
  /** Absolute; null for RTSP, and for a video that was removed. */
  videoUrl: string | null;
  /** Size of an upload. */
  videoBytes: number | null;
  /** When an upload made room for newer ones, ISO 8601; null while it is there. */
  videoRemovedAt: string | null;
  /** ISO 8601. */
  createdAt: string;
}

/** Cameras of several vendors take credentials in the path: `/user=admin&password=secret&channel=1`. */
const PASSWORD_IN_PATH = /((?:password|passwd|passwort|pass|pwd|token|secret)=)[^&/?#]*/gi;

/** What a client may know of a stream. */
export function describeStream(stream: StoredStream, origin: string): CameraStream {
  return {
    cameraId: stream.cameraId,
    cameraDescription: stream.description,
    streamType: stream.videoFile === null ? 'rtsp' : 'video',
    rtspUrl: stream.rtspUrl === null ? null : maskPasswords(stream.rtspUrl),
    videoUrl:
      stream.videoFile === null || stream.videoRemovedAt !== null ? null : videoUrl(stream.cameraId, origin),
    videoBytes: stream.videoBytes,
    videoRemovedAt: stream.videoRemovedAt === null ? null : new Date(stream.videoRemovedAt).toISOString(),
    createdAt: new Date(stream.createdAt).toISOString(),
  };
}

/** Where an uploaded video is served. */
export function videoUrl(cameraId: string, origin: string): string {
  return `${origin}/api/camera-streams/${encodeURIComponent(cameraId)}/video`;
}

function maskPasswords(rtspUrl: string): string {
  return maskedUrl(sourceFromUrl(rtspUrl)).replace(PASSWORD_IN_PATH, '$1***');
}
