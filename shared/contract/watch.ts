/** Watches: standing questions to cameras. */
import { z } from 'zod';
import { anyCameraIdSchema } from './camera.ts';
import { idInPath, timeSchema } from './common.ts';
import { areaSchema, PROVIDERS } from './reason.ts';
import { zoneNameSchema } from './zone.ts';

/** Skills whose answers can be read as fulfilling a condition or not. */
export const WATCH_SKILLS = ['query', 'caption', 'detect', 'point'] as const;

const HOUR_MS = 3_600_000;
const MAX_COUNT = 1000;
const MAX_WINDOW = 20;

/** A watch id as part of a path. */
export const watchIdInPath = idInPath('Id of the watch.', '9c2f7c0a-3b1d-4b5e-8f57-2d6c1a7e4b12');

/** Query of `GET /api/watches`. */
export const watchQuerySchema = z.object({
  cameraId: z.string().max(64).optional().meta({ description: 'Only those of this camera.' }),
});

const skillSchema = z.enum(WATCH_SKILLS).meta({ id: 'WatchSkill' });
const yesNoSchema = z.enum(['yes', 'no']);
const conditionInputSchema = z.union([
  yesNoSchema.transform((answer) => ({ answer })),
  z.strictObject({ answer: yesNoSchema }),
  z.strictObject({ contains: z.string().trim().min(1).max(200) }),
  z.strictObject({ atLeast: z.number().int().min(1).max(MAX_COUNT) }),
  z.strictObject({ atMost: z.number().int().min(0).max(MAX_COUNT) }),
  z.strictObject({ changed: z.literal(true) }),
]);

/** What a watch does when it fires, beside its event. */
export const watchActionSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('ptz-preset'),
        preset: z.string().min(1).max(64).meta({ description: 'Id of the preset.' }),
        cameraId: anyCameraIdSchema.optional().meta({ description: 'The camera of the watch unless given.' }),
      })
      .meta({ id: 'PresetAction', description: 'Announced for three seconds; gives way to people.' }),
    z.strictObject({ kind: z.literal('notification'), notificationId: z.string().max(128) }).meta({
      id: 'NotificationAction',
      description: 'Tells a notification, past its filters; quiet hours and grouping hold.',
    }),
    z.strictObject({ kind: z.literal('webhook'), notificationId: z.string().max(128) }).meta({
      id: 'WebhookAction',
      description: 'Calls the webhook of a notification for this event alone, in quiet hours too.',
    }),
  ])
  .meta({ id: 'WatchAction' });
export type WatchAction = z.infer<typeof watchActionSchema>;

const periodSchema = z
  .number()
  .int()
  .max(24 * HOUR_MS);
const countSchema = z.number().int().min(1).max(MAX_WINDOW);

/** Body of `PATCH /api/watches/:watchId`. */
export const watchChangesSchema = z
  .strictObject({
    skill: skillSchema.optional(),
    prompt: z
      .string()
      .trim()
      .max(2000)
      .optional()
      .meta({ description: 'Question or object; a caption takes none.' }),
    everyMs: periodSchema.min(1000).optional().meta({ description: 'Milliseconds between two questions.' }),
    onMotion: z.boolean().optional().meta({ description: 'Ask while there is motion.' }),
    condition: conditionInputSchema.optional().meta({
      description:
        'When an answer counts: yes, no or text for `query`, text for `caption`, numbers for `query`, `detect` and `point`.',
    }),
    n: countSchema.optional().meta({ description: 'It fires when `n` of the last `of` answers count.' }),
    of: countSchema.optional().meta({ description: '`n` unless given.' }),
    cooldownMs: periodSchema.min(0).optional().meta({ description: 'Silence after it fired.' }),
    deliver: z.boolean().optional().meta({ description: 'Tell the analysis backend too.' }),
    area: areaSchema.nullish().meta({ description: 'The part of the picture that is looked at.' }),
    zone: zoneNameSchema.nullish().meta({
      description:
        'Name of a zone of the camera, in place of `area`: only motion in it counts, only what stands in it is counted, and questions are about the part of the picture around it.',
    }),
    provider: z
      .enum(PROVIDERS)
      .nullish()
      .meta({ description: 'Who is asked; the preferred one unless given.' }),
    actions: z.array(watchActionSchema).max(5).optional().meta({ description: 'Done when it fires.' }),
    enabled: z.boolean().optional(),
  })
  .meta({ id: 'WatchChanges' });

/** Body of `POST /api/watches`. */
export const newWatchSchema = watchChangesSchema
  .extend({ cameraId: anyCameraIdSchema, skill: skillSchema })
  .meta({ id: 'NewWatch' });

const conditionSchema = z
  .union([
    z.object({ answer: yesNoSchema }),
    z.object({ contains: z.string() }),
    z.object({ atLeast: z.int() }),
    z.object({ atMost: z.int() }),
    z.object({ changed: z.literal(true) }),
  ])
  .meta({ id: 'WatchCondition', description: 'When an answer counts.' });

const answerSchema = z
  .object({
    at: timeSchema,
    reading: z.enum(['yes', 'no', 'unknown']).meta({ description: 'Whether it fulfils the condition.' }),
    text: z.string(),
    number: z.number().nullable().meta({ description: 'What the condition was compared with.' }),
    sequence: z.int(),
    timestamp: z.number().meta({ description: 'Capture time of the frame, Unix seconds.' }),
  })
  .meta({ id: 'WatchAnswer' });

/** A watch as clients see it. */
export const watchSchema = z
  .object({
    id: z.string(),
    cameraId: z.string(),
    skill: skillSchema,
    prompt: z.string(),
    everyMs: z.int(),
    onMotion: z.boolean(),
    condition: conditionSchema,
    n: z.int(),
    of: z.int(),
    cooldownMs: z.int(),
    deliver: z.boolean(),
    area: areaSchema.nullable(),
    zone: z.string().nullable(),
    provider: z.string().nullable(),
    actions: z.array(watchActionSchema),
    enabled: z.boolean(),
    state: z
      .enum(['paused', 'asking', 'failing', 'cooling-down', 'waiting-for-motion', 'waiting'])
      .meta({ description: '`failing`: the last question was not answered; `lastError` says why.' }),
    answers: z.array(answerSchema).meta({ description: 'Those that count now, oldest first.' }),
    readings: z
      .array(answerSchema)
      .meta({ description: 'The last 20, oldest first, whether they count or not.' }),
    lastAnswer: answerSchema.nullable(),
    lastError: z
      .object({ code: z.string(), message: z.string(), hint: z.string().optional(), at: timeSchema })
      .nullable(),
    asked: z.int(),
    fired: z.int(),
    lastAskedAt: timeSchema.nullable(),
    lastFiredAt: timeSchema.nullable(),
    lastEventId: z.string().nullable(),
    nextAskAt: timeSchema.nullable(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'StandingWatch' });
export type StandingWatch = z.infer<typeof watchSchema>;

/** Answer of `GET /api/watches`. */
export const watchListSchema = z.array(watchSchema).meta({ id: 'WatchList' });

/** Answer of `POST /api/watches/test`. */
export const watchTestSchema = z
  .object({
    reading: z.enum(['yes', 'no', 'unknown']).meta({ description: 'Whether it fulfils the condition.' }),
    text: z.string(),
    number: z.number().nullable(),
    sequence: z.int(),
    timestamp: z.number(),
    picture: z.string().meta({ description: 'The picture that was asked about, as a data URL.' }),
  })
  .meta({ id: 'WatchTest' });
