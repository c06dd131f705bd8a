/** What players of low-latency HLS ask a playlist for. */
import { z } from 'zod';

/** Delivery directives (draft-pantos-hls-rfc8216bis section 6.2.5). */
export const hlsDirectivesSchema = z.object({
  _HLS_msn: z.coerce.number().int().min(0).optional(),
  _HLS_part: z.coerce.number().int().min(0).optional(),
});
