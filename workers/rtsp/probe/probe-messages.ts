/** What a probe process and its parent say to each other. */
import { z } from 'zod';
import { videoFactsSchema } from '#shared/worker-protocol.ts';

/** The file took more memory than it may. */
export const EXIT_TOO_LARGE = 20;

/** Its one message: what the file holds, or why it is no video. */
export const probeAnswerSchema = z.union([
  z.object({ facts: videoFactsSchema }),
  z.object({ refusal: z.string() }),
]);
export type ProbeAnswer = z.infer<typeof probeAnswerSchema>;
