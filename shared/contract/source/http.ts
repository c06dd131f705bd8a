/** Cameras that send JPEGs over HTTP: a stream (`multipart/x-mixed-replace`), or one picture for each request. */
import { z } from 'zod';
import { cameraAddressSchema } from './address.ts';

export const httpSourceSchema = cameraAddressSchema.extend({ kind: z.literal('http') });
/** A camera that speaks HTTP; its answer tells whether it sends a stream or a picture. */
export type HttpSource = z.infer<typeof httpSourceSchema>;

export const HTTP_SCHEMES = {
  http: { secure: false, port: 80 },
  https: { secure: true, port: 443 },
} as const;
