/** Questions to Moondream, with the answers of Moondream as they are. */
import { z } from 'zod';
import { anyCameraIdSchema } from './camera.ts';
import { idInPath } from './common.ts';
import { modelServerReportSchema, todaySchema } from './model-server.ts';

/** The skills of Moondream, each with a route of its own. */
export const SKILLS = ['query', 'caption', 'detect', 'point', 'segment'] as const;
export type Skill = (typeof SKILLS)[number];

/** The id of a picture as part of a path. */
export const pictureIdInPath = idInPath(
  'As in `frame.url` of the answer.',
  '4e07408562bedb8b60ce05c1decfe3ad',
);

/** What the gateway reads of a question; the other fields are Moondream's and pass as they are. */
export const questionSchema = z.looseObject({
  cameraId: anyCameraIdSchema.optional().meta({ description: 'Ask about the newest frame of this camera.' }),
});

const pictureSchema = z
  .string()
  .optional()
  .meta({ description: 'A picture as a `data:` URI, in place of `cameraId`.' });
const streamSchema = z
  .boolean()
  .optional()
  .meta({ description: 'Answer bit by bit, as server-sent events of Moondream.' });
const objectSchema = z.string().optional().meta({ description: 'What to look for.' });

const referencesSchema = z
  .array(z.array(z.number()).min(2).max(4))
  .optional()
  .meta({ description: 'Points `[x, y]` and boxes `[x1, y1, x2, y2]` to look at, from 0 to 1.' });

/** Unknown fields are refused: one that is misspelt would be answered without a picture. */
function questionOf(name: string, fields: Record<string, z.ZodType>) {
  return z
    .strictObject({
      ...questionSchema.shape,
      image_url: pictureSchema,
      model: z.string().max(200).optional().meta({ description: 'In place of `MOONDREAM_MODEL`.' }),
      settings: z
        .record(z.string(), z.unknown())
        .optional()
        .meta({ description: 'Options of the model, such as `temperature` and `max_tokens`.' }),
      timeout: z.number().optional().meta({ description: 'Of Moondream Station, seconds.' }),
      ...fields,
    })
    .meta({ id: `${name}Question` });
}

/** Bodies of `POST /api/moondream/*`. */
export const QUESTION_SCHEMAS = {
  query: questionOf('Query', {
    question: z.string().optional(),
    reasoning: z.boolean().optional(),
    spatial_refs: referencesSchema,
    stream: streamSchema,
  }),
  caption: questionOf('Caption', {
    length: z.enum(['short', 'normal', 'long']).optional(),
    stream: streamSchema,
  }),
  detect: questionOf('Detect', { object: objectSchema }),
  point: questionOf('Point', { object: objectSchema }),
  segment: questionOf('Segment', {
    object: objectSchema,
    spatial_refs: referencesSchema,
    stream: streamSchema,
  }),
} satisfies Record<Skill, z.ZodType>;

/** Body of `POST /api/moondream/chat/completions`, as OpenAI's clients send it. */
export const chatRequestSchema = z
  .looseObject({
    messages: z.array(z.looseObject({ role: z.string() })).min(1),
    model: z.string().optional(),
    stream: streamSchema,
  })
  .meta({ id: 'ChatRequest' });

/** Its answer. */
export const chatAnswerSchema = z
  .looseObject({ choices: z.array(z.looseObject({})) })
  .meta({ id: 'ChatAnswer' });

const frameSchema = z
  .object({
    cameraId: z.string(),
    sequence: z.int(),
    timestamp: z.number().meta({ description: 'Capture time, Unix seconds.' }),
    ageMs: z.number(),
    width: z.int(),
    height: z.int(),
    url: z.string().meta({ description: 'The very picture, while it is kept.' }),
  })
  .meta({ id: 'AskedFrame', description: 'The frame that was asked about, where a camera was.' });

/** A box around an object. */
export const boxSchema = z
  .object({ x_min: z.number(), y_min: z.number(), x_max: z.number(), y_max: z.number() })
  .meta({ id: 'Box', description: 'Corners from 0 to 1, origin top left.' });
/** A point in a picture. */
export const pointSchema = z.object({ x: z.number(), y: z.number() });

function answerOf(name: string, fields: Record<string, z.ZodType>) {
  return z
    .looseObject({ ...fields, request_id: z.string().optional(), frame: frameSchema.optional() })
    .meta({ id: `${name}Answer` });
}

/** Answers of `POST /api/moondream/*`. */
export const ANSWER_SCHEMAS: Record<Skill, z.ZodType> = {
  query: answerOf('Query', { answer: z.string() }),
  caption: answerOf('Caption', { caption: z.string() }),
  detect: answerOf('Detect', { objects: z.array(boxSchema) }),
  point: answerOf('Point', { points: z.array(pointSchema) }),
  segment: answerOf('Segment', {
    path: z.string().meta({ description: 'SVG path.' }),
    bbox: boxSchema.optional(),
  }),
};

/** Answer of `GET /api/moondream/status`. */
export const moondreamStatusSchema = modelServerReportSchema
  .extend({ today: todaySchema })
  .meta({ id: 'MoondreamStatus' });
