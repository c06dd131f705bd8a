/** Questions to Moondream. */
import { z } from 'zod';
import { questionSchema } from '../../moondream/routes.ts';
import { SKILLS, type Skill } from '../../moondream/skills.ts';
import { json, jsonBody, type Operation, type Subject } from '../operation.ts';

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

const boxSchema = z
  .object({ x_min: z.number(), y_min: z.number(), x_max: z.number(), y_max: z.number() })
  .meta({ id: 'Box', description: 'Corners from 0 to 1, origin top left.' });
const pointSchema = z.object({ x: z.number(), y: z.number() });

const common = { request_id: z.string().optional(), frame: frameSchema.optional() };
const stream = z
  .boolean()
  .optional()
  .meta({ description: 'Answer bit by bit, as server-sent events of Moondream.' });
const object = z.string().optional().meta({ description: 'What to look for.' });

interface SkillFacts {
  summary: string;
  fields: Record<string, z.ZodType>;
  answer: Record<string, z.ZodType>;
  example: object;
}

const FACTS: Record<Skill, SkillFacts> = {
  query: {
    summary: 'Ask a question about a picture',
    fields: { question: z.string().optional(), reasoning: z.boolean().optional(), stream },
    answer: { answer: z.string() },
    example: { question: 'Is the gate open?' },
  },
  caption: {
    summary: 'Describe a picture',
    fields: { length: z.enum(['short', 'normal', 'long']).optional(), stream },
    answer: { caption: z.string() },
    example: { length: 'short' },
  },
  detect: {
    summary: 'Find objects in a picture',
    fields: { object },
    answer: { objects: z.array(boxSchema) },
    example: { object: 'person' },
  },
  point: {
    summary: 'Point at objects in a picture',
    fields: { object },
    answer: { points: z.array(pointSchema) },
    example: { object: 'door handle' },
  },
  segment: {
    summary: 'Outline an object in a picture',
    fields: { object, stream },
    answer: { path: z.string().meta({ description: 'SVG path.' }), bbox: boxSchema.optional() },
    example: { object: 'car' },
  },
};

const ERRORS = [
  'camera-not-found',
  'no-frame-yet',
  'stale-frame',
  'invalid-field',
  'unsupported-media-type',
  'moondream-not-configured',
  'moondream-bad-request',
  'moondream-unauthorized',
  'moondream-rate-limited',
  'moondream-budget-spent',
  'moondream-busy',
  'moondream-unavailable',
  'moondream-unreachable',
  'moondream-failed',
  'moondream-timeout',
  'question-superseded',
] as const;

const PICTURE = {
  image_url: z
    .string()
    .optional()
    .meta({ description: 'A picture as a `data:` URI, in place of `cameraId`.' }),
};

function ask(skill: Skill): Operation {
  const { summary, fields, answer, example } = FACTS[skill];
  return {
    id: `moondream${skill[0]?.toUpperCase()}${skill.slice(1)}`,
    method: 'post',
    path: `/api/moondream/${skill}`,
    summary,
    description:
      'Bodies and answers are those of Moondream; what is not named here passes as it is. With `cameraId` the newest frame of that camera is asked about, never an old one. The same question asked of a camera again ends the one before.',
    bodies: jsonBody(
      questionSchema.extend({ ...PICTURE, ...fields }),
      { cameraId: 'Ask about the newest frame of this camera.' },
      { 'What a camera sees now': { cameraId: '1', ...example } },
    ),
    answers: {
      200: json('The answer of Moondream.', z.looseObject({ ...answer, ...common }), {
        'X-Answer-Cache': '`hit` when the picture had not changed since the same question was answered.',
      }),
    },
    errors: ERRORS,
  };
}

const faultSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  at: z.iso.datetime(),
});

const statusSchema = z
  .object({
    configured: z.boolean(),
    state: z.enum(['not-configured', 'untested', 'ok', 'failing']),
    server: z.string().nullable().meta({ description: 'Host that is asked.' }),
    model: z.string().nullable(),
    ratePerSecond: z.number(),
    waiting: z.int().meta({ description: 'Questions that wait for their turn.' }),
    breaker: z.string(),
    lastSuccessAt: z.iso.datetime().nullable(),
    lastError: faultSchema.nullable(),
    today: z.object({ asked: z.int(), max: z.int().nullable().meta({ description: 'Null: no bound.' }) }),
  })
  .meta({ id: 'MoondreamStatus' });

export const MOONDREAM: Subject = {
  name: 'Moondream',
  description:
    'A vision language model asked about pictures, or about what a camera sees now. The key stays in the gateway.',
  operations: [
    ...SKILLS.map(ask),
    {
      id: 'getMoondreamStatus',
      method: 'get',
      path: '/api/moondream/status',
      summary: 'Whether Moondream is configured, and how it does',
      answers: { 200: json('Its state.', statusSchema) },
    },
    {
      id: 'getAskedFrame',
      method: 'get',
      path: '/api/moondream/frames/{pictureId}',
      summary: 'The picture that was asked about',
      answers: { 200: { description: 'A JPEG.', type: 'image/jpeg' } },
      errors: ['not-found'],
    },
  ],
};
