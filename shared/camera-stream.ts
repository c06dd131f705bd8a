/** Camera streams: requests to store one, and the payload for the analysis backend. */
import { z } from 'zod';
import { cameraIdSchema } from './camera.ts';
import { sourceFromUrl } from './camera-source.ts';
import { AppError } from './errors.ts';

/** The exact body of `POST {APP_PY_URL}/api/camera-stream`; absent values are null. */
export interface CameraStreamPayload {
  camera_id: string;
  camera_description: string | null;
  stream_type: 'rtsp' | 'video';
  /** As the client gave it, password included. */
  rtsp_url: string | null;
  /** Absolute. */
  video_url: string | null;
}

const MAX_DESCRIPTION = 4000;
const MAX_URL = 2048;

const facts = {
  cameraId: z.union([cameraIdSchema, z.number().int().nonnegative().transform(String)]),
  cameraDescription: z
    .string()
    .max(MAX_DESCRIPTION)
    .nullish()
    .transform((text) => text?.trim() || null),
};

/** An RTSP stream. */
export const rtspStreamSchema = z.object({
  ...facts,
  streamType: z.literal('rtsp', 'must be "rtsp"; a video is uploaded as multipart/form-data'),
  rtspUrl: z.string().max(MAX_URL).superRefine(expectRtspUrl),
});
export type RtspStreamRequest = z.infer<typeof rtspStreamSchema>;

/** Form fields beside an uploaded video. */
export const videoStreamSchema = z.object({ ...facts, streamType: z.literal('video') });
export type VideoStreamRequest = z.infer<typeof videoStreamSchema>;

function expectRtspUrl(url: string, context: z.RefinementCtx): void {
  try {
    sourceFromUrl(url);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    context.addIssue({ code: 'custom', message: error.message.replace(/^url /, '') });
  }
}
