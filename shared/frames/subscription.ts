/** Client messages of `/ws` (docs/contract.md, section 2). */
import { z } from 'zod';
import { cameraIdSchema } from '../camera.ts';

/** Largest width or height a client may ask for, pixels. */
export const MAX_DIMENSION = 7680;
export const DEFAULT_QUALITY = 80;
/** Oldest frame that `/frame` serves unless asked for more, milliseconds. */
const DEFAULT_MAX_AGE_MS = 3000;
export const DEFAULT_FPS = 15;
const MIN_FPS = 0.1;
export const MAX_FPS = 60;
/** Default limit of a picture's size: 1920x1080. */
export const DEFAULT_MAX_WIDTH = 1920;
export const DEFAULT_MAX_HEIGHT = 1080;

/** Left, top, width and height of a part of a picture, from 0 to 1. */
export type PictureArea = readonly [number, number, number, number];

/** The smallest side of a part of a picture. */
export const MIN_AREA_SIDE = 0.02;

/** Whether a part lies within the picture. */
export function isArea([left, top, width, height]: PictureArea): boolean {
  const isWithin = left >= 0 && top >= 0 && left + width <= 1.0001 && top + height <= 1.0001;
  return isWithin && width >= MIN_AREA_SIDE && height >= MIN_AREA_SIDE;
}

const areaInQuerySchema = z
  .string()
  .max(100)
  .transform((text) => text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part))))
  .refine(
    (parts) => parts.length === 4 && isArea(parts as unknown as PictureArea),
    'must be left,top,width,height from 0 to 1, within the picture',
  )
  .transform((parts) => parts as unknown as PictureArea);

/** Format of a picture: requests with equal fields get the same bytes. */
export const pictureFormatSchema = z.object({
  width: z.coerce
    .number()
    .int()
    .min(16)
    .max(MAX_DIMENSION)
    .optional()
    .meta({ description: 'Pixels; the height follows. At most 1920x1080 unless given.' }),
  quality: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(DEFAULT_QUALITY)
    .meta({ description: 'Of the JPEG.' }),
});
export type PictureFormat = z.infer<typeof pictureFormatSchema> & {
  /** Only this part of the picture. */
  area?: PictureArea | undefined;
  /** Grey levels instead of a JPEG, one byte a pixel; ignores `quality`. */
  isLuma?: boolean;
};

export const encodingSchema = z.enum(['base64', 'binary', 'notify']);
/** Encoding on the socket; `luma`, raw grey pixels, is for the analysis worker only. */
export type Encoding = z.infer<typeof encodingSchema> | 'luma';

const FPS_MEANING = { description: 'Most pictures a second.' };
const fpsSchema = z.coerce.number().min(MIN_FPS).max(MAX_FPS).default(DEFAULT_FPS).meta(FPS_MEANING);

/** Subscription to one camera, for a hub or a link. */
export const frameRequestSchema = z.object({
  cameraId: cameraIdSchema,
  fps: fpsSchema,
  width: pictureFormatSchema.shape.width,
  quality: pictureFormatSchema.shape.quality,
  encoding: z.enum([...encodingSchema.options, 'luma']).default('base64'),
  detections: z
    .boolean()
    .optional()
    .meta({ description: "Tell what analysis sees, too; a camera's own worker knows nothing of it." }),
});
export type FrameRequest = z.infer<typeof frameRequestSchema>;

/** Query of `/frame`. */
export const snapshotQuerySchema = pictureFormatSchema.extend({
  area: areaInQuerySchema
    .optional()
    .meta({ description: 'Only a part: `left,top,width,height` from 0 to 1; `width` is that of the part.' }),
  maxAgeMs: z
    .union([z.literal('any'), z.coerce.number().int().min(0)])
    .default(DEFAULT_MAX_AGE_MS)
    .meta({ description: 'Milliseconds; older pictures are refused, `any` takes every age.' }),
  seq: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'One of the last frames by its number, as told by `notify` messages.' }),
});

/** Query of `/stream.mjpeg`. */
export const mjpegQuerySchema = z.object({
  fps: fpsSchema,
  width: pictureFormatSchema.shape.width,
  quality: pictureFormatSchema.shape.quality,
});

/** Every message a client may send on `/ws`. */
export const clientMessageSchema = z.discriminatedUnion('action', [
  frameRequestSchema.extend({
    action: z.literal('subscribe'),
    cameraId: z.union([cameraIdSchema, z.number().int().nonnegative().transform(String)]),
    fps: z.number().min(MIN_FPS).max(MAX_FPS).default(DEFAULT_FPS).meta(FPS_MEANING),
    encoding: encodingSchema.default('base64').meta({ description: 'How frames come.' }),
    multiple: z
      .boolean()
      .default(false)
      .meta({ description: 'Keep the other subscriptions of this socket.' }),
  }),
  z.object({
    action: z.literal('unsubscribe'),
    cameraId: z
      .union([cameraIdSchema, z.number().transform(String)])
      .optional()
      .meta({ description: 'Id of the camera; without one, all subscriptions end.' }),
  }),
  z.object({ action: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** Key by which equal requests share one stream of bytes. */
export function requestKey(request: FrameRequest): string {
  return [request.cameraId, request.fps, request.width ?? '', request.quality, request.encoding].join('|');
}
