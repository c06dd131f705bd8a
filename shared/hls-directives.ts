/** Query parameters of a low-latency HLS playlist. */
import { z } from 'zod';

/** Delivery directives (draft-pantos-hls-rfc8216bis section 6.2.5). */
export const hlsDirectivesSchema = z.object({
  _HLS_msn: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Wait until the playlist holds the segment of this number.' }),
  _HLS_part: z.coerce.number().int().min(0).optional().meta({ description: 'And this part of it.' }),
});
