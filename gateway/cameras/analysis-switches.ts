/** Which kinds of analysis run for a camera (contract, section 8). */
import { z } from 'zod';

/** All off unless said otherwise. */
export const analysisSwitchesSchema = z
  .object({
    motion: z.boolean().default(false),
    persons: z.boolean().default(false),
    faces: z.boolean().default(false),
  })
  .strict();
export type AnalysisSwitches = z.infer<typeof analysisSwitchesSchema>;
