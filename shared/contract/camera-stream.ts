/** Camera streams: addresses and uploads that the analysis backend is told of. */
import { z } from 'zod';
import { rtspSourceFromUrl } from '../camera-source.ts';
import { AppError } from '../errors.ts';
import { anyCameraIdSchema } from './camera.ts';
import { timeSchema } from './common.ts';

const MAX_DESCRIPTION = 4000;
const MAX_URL = 2048;

const facts = {
  cameraId: anyCameraIdSchema.meta({ description: 'Id for the stream; one that is taken is refused.' }),
  cameraDescription: z
    .string()
    .max(MAX_DESCRIPTION)
    .nullish()
    .transform((text) => text?.trim() || null)
    .meta({ description: 'What the camera looks at, in words for the analysis.' }),
};

/** JSON body of `POST /api/camera-streams`: a stream that is an RTSP address. */
export const rtspStreamSchema = z
  .object({
    ...facts,
    streamType: z.literal('rtsp', 'must be "rtsp"; a video is uploaded as multipart/form-data'),
    rtspUrl: z.string().max(MAX_URL).superRefine(expectRtspUrl),
  })
  .meta({ id: 'NewRtspStream' });
export type RtspStreamRequest = z.infer<typeof rtspStreamSchema>;

/** The fields beside an uploaded video. */
export const videoStreamSchema = z.object({ ...facts, streamType: z.literal('video') });
export type VideoStreamRequest = z.infer<typeof videoStreamSchema>;

/** Form of `POST /api/camera-streams`. */
export const videoFormSchema = videoStreamSchema
  .extend({
    file: z.file().meta({
      description: 'MP4, MOV, MKV, WebM, AVI or MPEG-TS; comes after the other fields or before.',
    }),
  })
  .meta({ id: 'NewVideoStream' });

/** A stream as clients see it. */
export const cameraStreamSchema = z
  .object({
    cameraId: z.string(),
    cameraDescription: z.string().nullable(),
    streamType: z.enum(['rtsp', 'video']),
    rtspUrl: z
      .string()
      .nullable()
      .meta({ description: 'Passwords masked; null for uploads, and where the key that sealed it is lost.' }),
    videoUrl: z
      .string()
      .nullable()
      .meta({ description: 'Absolute; null for RTSP, and for a video that was removed.' }),
    videoBytes: z.int().nullable(),
    videoRemovedAt: timeSchema
      .nullable()
      .meta({ description: 'When an upload made room for newer ones; null while it is there.' }),
    createdAt: timeSchema,
  })
  .meta({ id: 'CameraStream' });
export type CameraStream = z.infer<typeof cameraStreamSchema>;

/** Answer of `GET /api/camera-streams`. */
export const cameraStreamListSchema = z.array(cameraStreamSchema).meta({ id: 'CameraStreamList' });

/** Answer of `POST /api/camera-streams`. */
export const storedStreamSchema = cameraStreamSchema
  .extend({ success: z.literal(true) })
  .meta({ id: 'StoredCameraStream' });

/** Answer of `POST /trpc/cameraStream.add`. */
export const trpcStoredSchema = z
  .object({ result: z.object({ data: storedStreamSchema }) })
  .meta({ id: 'TrpcStoredCameraStream' });

/** Answer of `GET /trpc/cameraStream.list`. */
export const trpcListSchema = z
  .object({ result: z.object({ data: cameraStreamListSchema }) })
  .meta({ id: 'TrpcCameraStreamList' });

function expectRtspUrl(url: string, context: z.RefinementCtx): void {
  try {
    rtspSourceFromUrl(url);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    context.addIssue({ code: 'custom', message: error.message.replace(/^url /, '') });
  }
}
