/** Model servers: how asking one of them goes. */
import { z } from 'zod';
import { timeSchema } from './common.ts';

/** How asking a model server goes. */
export const modelServerReportSchema = z.object({
  configured: z.boolean(),
  state: z.enum(['not-configured', 'untested', 'ok', 'failing']),
  server: z.string().nullable().meta({ description: 'Host that is asked; null when none is.' }),
  model: z.string().nullable(),
  ratePerSecond: z.number(),
  waiting: z.int().meta({ description: 'Questions that wait for their turn.' }),
  breaker: z.string(),
  lastSuccessAt: timeSchema.nullable(),
  lastError: z
    .object({ code: z.string(), message: z.string(), hint: z.string().optional(), at: timeSchema })
    .nullable(),
});
export type ModelServerReport = z.infer<typeof modelServerReportSchema>;

/** Questions of today against their limit. */
export const todaySchema = z.object({
  asked: z.int(),
  max: z.int().nullable().meta({ description: 'Null: no bound.' }),
});
