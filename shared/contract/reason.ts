/** Questions to cameras, whichever provider answers them. */
import { z } from 'zod';
import { isArea, MIN_AREA_SIDE } from '../frames/subscription.ts';
import { anyCameraIdSchema } from './camera.ts';
import { idInPath, nextCursorSchema, pageFields, timeSchema } from './common.ts';
import { anyTimeSchema } from './event.ts';
import { boxSchema, pointSchema } from './moondream.ts';

export type Box = z.infer<typeof boxSchema>;
export type Point = z.infer<typeof pointSchema>;

/** What can be asked of a camera, each with a route of its own. */
export const REASON_KINDS = ['ask', 'describe', 'find', 'point', 'count'] as const;
export type ReasonKind = (typeof REASON_KINDS)[number];

/** `vlm`: a server with OpenAI's chat completions. */
export const PROVIDERS = ['moondream', 'vlm'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

const MAX_CAMERAS = 64;
const MAX_FRAMES = 8;
const MAX_OVER_S = 30;
/** A week. */
const MAX_AGE_MS = 604_800_000;
const MAX_QUESTION = 4000;
const MAX_OBJECT = 200;
const MAX_CHOICES = 50;
const MAX_SCHEMA_CHARS = 8192;

const fraction = z.number().min(0).max(1);

/** A part of a picture: left, top, width and height, from 0 to 1. */
export const areaSchema = z
  .tuple([fraction, fraction, fraction, fraction])
  .refine(
    isArea,
    `must be [left, top, width, height] within the picture, each side at least ${MIN_AREA_SIDE}`,
  )
  .meta({ description: 'A part of the picture, `[left, top, width, height]` from 0 to 1.' });
export type Area = z.infer<typeof areaSchema>;

const common = {
  cameraIds: z
    .array(z.union([z.literal('*'), anyCameraIdSchema]))
    .min(1)
    .max(MAX_CAMERAS)
    .meta({ description: 'Each camera is asked by itself; `["*"]` asks all that are switched on.' }),
  frames: z
    .number()
    .int()
    .min(1)
    .max(MAX_FRAMES)
    .default(1)
    .meta({ description: 'Pictures in the question; more than one need a provider that takes several.' }),
  over: z.number().min(0).max(MAX_OVER_S).default(0).meta({
    description:
      'Seconds that the pictures are spread over. They are the last seconds where the camera keeps them in memory (`keep`); else the first is taken when the request comes. `frames` of the answer has the times.',
  }),
  area: areaSchema.optional(),
  maxAgeMs: z.int().min(0).max(MAX_AGE_MS).optional().meta({
    description: 'Oldest picture that may be asked about; 3000 unless given. `ageMs` of the frame tells it.',
  }),
  provider: z.enum(PROVIDERS).optional().meta({ description: 'In place of the one that suits best.' }),
  stream: z
    .boolean()
    .default(false)
    .meta({ description: 'Answer as server-sent events, like `Accept: text/event-stream`.' }),
};

const answerFormSchema = z
  .union([
    z.enum(['text', 'yesno', 'number']),
    z.strictObject({ enum: z.array(z.string().trim().min(1).max(100)).min(2).max(MAX_CHOICES) }),
    z.strictObject({
      schema: z
        .record(z.string(), z.unknown())
        .refine(
          isUsableSchema,
          `must be a JSON Schema of at most ${MAX_SCHEMA_CHARS} characters without patterns and references`,
        )
        .meta({ id: 'AnswerSchema', description: 'A JSON Schema.' }),
    }),
  ])
  .meta({
    id: 'AnswerForm',
    description:
      'What `value` is: the text, `true` or `false`, a number, one of the choices of `enum`, or JSON of a `schema`; null where the answer does not say.',
  });
export type AnswerForm = z.infer<typeof answerFormSchema>;

const objectSchema = z.string().trim().min(1).max(MAX_OBJECT).meta({ description: 'What to look for.' });

/** Bodies of `POST /api/reason/*`. */
export const REASON_SCHEMAS = {
  ask: z
    .strictObject({
      ...common,
      question: z.string().trim().min(1).max(MAX_QUESTION),
      answer: answerFormSchema.default('text'),
    })
    .meta({ id: 'AskRequest' }),
  describe: z
    .strictObject({ ...common, length: z.enum(['short', 'normal', 'long']).default('normal') })
    .meta({ id: 'DescribeRequest' }),
  find: z.strictObject({ ...common, object: objectSchema }).meta({ id: 'FindRequest' }),
  point: z.strictObject({ ...common, object: objectSchema }).meta({ id: 'PointRequest' }),
  count: z.strictObject({ ...common, object: objectSchema }).meta({ id: 'CountRequest' }),
} satisfies Record<ReasonKind, z.ZodType>;

const reasonFrameSchema = z
  .object({
    sequence: z.int(),
    timestamp: z.number().meta({ description: 'Capture time, Unix seconds.' }),
    ageMs: z.number().meta({ description: 'When it was fetched.' }),
    width: z.int(),
    height: z.int(),
    url: z.string().meta({ description: 'Path of the very picture, kept as long as the answer.' }),
  })
  .meta({ id: 'ReasonFrame' });

/** One camera's answer. */
export const reasonAnswerSchema = z
  .object({
    id: z.string(),
    kind: z.enum(REASON_KINDS),
    cameraId: z.string(),
    question: z.string().optional(),
    object: z.string().optional(),
    answer: z.string().meta({ description: 'In words.' }),
    objects: z.array(boxSchema).optional(),
    points: z.array(pointSchema).optional(),
    count: z.int().optional(),
    value: z
      .unknown()
      .meta({ description: 'For programs: see `answer` of the request; how many, for objects.' }),
    coordinates: z.enum(['detected', 'estimated']).optional().meta({
      description:
        'Boxes and points are those of the whole picture, with an `area` too; `estimated` by a language model, which may be off.',
    }),
    frame: reasonFrameSchema.meta({ description: 'The newest of the pictures that were asked about.' }),
    frames: z
      .array(reasonFrameSchema)
      .optional()
      .meta({ description: 'All of them, where there were several.' }),
    area: areaSchema.optional().meta({ description: 'The part of the picture that `frame` shows.' }),
    provider: z.enum(PROVIDERS),
    model: z.string().nullable(),
    latencyMs: z.number(),
    cached: z.boolean().meta({ description: 'The picture had not changed since it was asked about last.' }),
    askedAt: timeSchema,
  })
  .meta({ id: 'ReasonAnswer' });
export type ReasonAnswer = z.infer<typeof reasonAnswerSchema>;

const reasonFailureSchema = z
  .object({
    cameraId: z.string(),
    error: z.looseObject({
      code: z.string(),
      detail: z.string(),
      status: z.int(),
      hint: z.string().optional(),
      retryAfter: z.number().optional().meta({ description: 'Seconds.' }),
    }),
  })
  .meta({ id: 'ReasonFailure', description: 'Why one of several cameras has no answer.' });
export type ReasonFailure = z.infer<typeof reasonFailureSchema>;

/** Answer of `POST /api/reason/*`. */
export const reasonAnswersSchema = z
  .object({ answers: z.array(z.union([reasonAnswerSchema, reasonFailureSchema])) })
  .meta({ id: 'ReasonAnswers' });
export type ReasonAnswers = z.infer<typeof reasonAnswersSchema>;

/** Id of an answer, and of a picture, as part of a path. */
export const answerIdInPath = idInPath('Id of the answer.', '6f1de1b2-0c86-4a51-8f2e-5a3f0d9b7c11');

/** Query of `GET /api/reason/history`. */
export const historyQuerySchema = z.object({
  cameraId: z.string().max(64).optional().meta({ description: 'Only those of this camera.' }),
  kind: z.enum(REASON_KINDS).optional().meta({ description: 'Only those of this kind.' }),
  q: z
    .string()
    .trim()
    .max(200)
    .optional()
    .meta({ description: 'Only those with these words in question or answer.' }),
  since: anyTimeSchema
    .optional()
    .meta({ description: 'Asked at this time or later: Unix seconds or ISO 8601.' }),
  until: anyTimeSchema.optional().meta({ description: 'Asked before this time.' }),
  ...pageFields('answers'),
});

/** Answer of `GET /api/reason/history`. */
export const reasonHistorySchema = z
  .object({ answers: z.array(reasonAnswerSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'ReasonHistory' });
export type ReasonHistory = z.infer<typeof reasonHistorySchema>;

/** A pattern could take for ever on an answer, a reference could lead anywhere. */
function isUsableSchema(schema: Record<string, unknown>): boolean {
  const text = JSON.stringify(schema);
  return (
    text.length <= MAX_SCHEMA_CHARS && !/"(?:pattern|patternProperties|\$ref|\$dynamicRef)"\s*:/.test(text)
  );
}
