/** Worker processes as clients see them. */
import { z } from 'zod';

const workerSchema = z
  .looseObject({
    name: z.string(),
    state: z.string().meta({ description: '`ready`, `starting`, `backoff` and others.' }),
    isRequired: z.boolean(),
    port: z.int().optional(),
    pid: z.int().optional(),
    epoch: z.int().meta({ description: 'Counts the starts.' }),
    restarts: z.int().meta({ description: 'Starts after the first.' }),
    recycles: z.int().meta({ description: 'Orderly replacements among them.' }),
    since: z.iso.datetime().meta({ description: 'When it entered its state.' }),
    flapping: z.boolean().meta({ description: 'It dies again and again.' }),
    rss: z.number().optional().meta({ description: 'Resident memory, bytes.' }),
    cpu: z.number().optional().meta({ description: 'Share of one processor core.' }),
    retryAfterMs: z.number().optional().meta({ description: 'To the next attempt while none runs.' }),
  })
  .meta({ id: 'Worker' });

export const rtspServiceSchema = z
  .object({
    running: z.boolean(),
    port: z.int().nullable().meta({ description: 'Of the first worker that runs.' }),
    baseUrl: z.string().nullable().meta({ description: 'On the machine of the gateway.' }),
    ready: z.int().meta({ description: 'Workers that are ready.' }),
    total: z.int(),
    workers: z.array(workerSchema),
  })
  .meta({ id: 'RtspService', description: 'The processes that run cameras, as one service.' });
