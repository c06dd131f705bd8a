/** RTSP cameras (RFC 2326). */
import { z } from 'zod';
import { cameraAddressSchema } from './address.ts';

/** How RTP travels: inside the RTSP connection (RFC 2326 section 10.12) or as UDP datagrams. */
export const transportSchema = z.enum(['tcp', 'udp']);
export type Transport = z.infer<typeof transportSchema>;

export const rtspSourceSchema = cameraAddressSchema.extend({
  kind: z.literal('rtsp'),
  transport: transportSchema,
  /** A camera of the bundled simulator, which may be dialled on this machine; only the gateway says so, no client. */
  isSimulator: z.boolean().optional(),
  /**
   * A camera of an agent, which this gateway gives on to its worker on this machine: connected only while
   * clients want it. Only the gateway says so, no client.
   */
  isMirror: z.boolean().optional(),
});
/** A camera that speaks RTSP. */
export type RtspSource = z.infer<typeof rtspSourceSchema>;

/** RFC 7826 section 22.14.3 registers 322 for rtsps. */
export const RTSP_SCHEMES = {
  rtsp: { secure: false, port: 554 },
  rtsps: { secure: true, port: 322 },
} as const;
