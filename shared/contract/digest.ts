/** Digests: what cameras saw in an hour or a day, summed up. */
import { z } from 'zod';
import { timeSchema } from './common.ts';
import { anyTimeSchema } from './event.ts';
import { PROVIDERS } from './reason.ts';

/** Query of `GET /api/reason/digest`. */
export const digestQuerySchema = z.object({
  from: anyTimeSchema
    .optional()
    .meta({ description: 'Unix seconds or ISO 8601; a day before `to` unless given.' }),
  to: anyTimeSchema.optional().meta({ description: 'Now unless given.' }),
  text: z
    .enum(['true', 'false'])
    .default('true')
    .meta({ description: 'With a paragraph by the provider; only for those who may ask.' }),
});

const countsSchema = z.record(z.string(), z.int());

/** Answer of `GET /api/reason/digest`. */
export const digestSchema = z
  .object({
    from: timeSchema,
    to: timeSchema,
    events: z.int(),
    byKind: countsSchema.meta({ description: 'Events by kind.' }),
    byCamera: countsSchema.meta({ description: 'Events by camera.' }),
    answers: z.int().meta({ description: 'Questions that were asked of cameras.' }),
    timeline: z.array(z.object({ at: timeSchema, events: z.int(), byKind: countsSchema })).meta({
      description: 'Parts of the time in which there were events: 5 minutes, an hour or a day each.',
    }),
    readings: z
      .array(z.object({ cameraId: z.string(), at: timeSchema, question: z.string(), answer: z.string() }))
      .meta({ description: 'What watches that fired and questions were answered, newest first.' }),
    pictures: z
      .array(z.object({ cameraId: z.string(), at: timeSchema, label: z.string(), url: z.string() }))
      .meta({ description: 'The most telling ones, at most three, as paths.' }),
    text: z.string().nullable().meta({ description: 'Null without a provider, and where it failed.' }),
    provider: z.enum(PROVIDERS).nullable(),
    isComplete: z.boolean().meta({ description: 'False where there were more events than are counted.' }),
  })
  .meta({ id: 'Digest' });
export type Digest = z.infer<typeof digestSchema>;
