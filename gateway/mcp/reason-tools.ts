/** Tools that ask about pictures, and what was answered before. */
import { z } from 'zod';
import type { ReasonAnswer, ReasonAnswers } from '#shared/client/reason.ts';
import { areaSchema, REASON_KINDS, REASON_SCHEMAS } from '#shared/contract/reason.ts';
import { jsonResult, type Tool, tool } from './tool.ts';

const common = {
  cameraIds: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(64)
    .describe('Ids from list_cameras, or ["*"] for all that are switched on.'),
  area: areaSchema.optional(),
};
const object = z.string().trim().min(1).max(200).describe('What to look for, such as "person" or "red car".');
const MAX_FOUND = 50;

/** Ask, describe, find, point, count; and earlier answers. */
export const REASON_TOOLS: readonly Tool[] = [
  tool({
    name: 'ask_cameras',
    title: 'Ask cameras a question',
    description:
      'Asks a vision model about what cameras see now. Each camera is asked by itself. `value` of each answer has the form that `answer` wants.',
    acts: true,
    input: z.object({
      ...common,
      question: z.string().trim().min(1).max(4000),
      answer: REASON_SCHEMAS.ask.shape.answer,
      frames: z
        .number()
        .int()
        .min(1)
        .max(8)
        .optional()
        .describe('Pictures in the question, to see what changes.'),
      over: z.number().min(0).max(30).optional().describe('Seconds that the pictures are spread over.'),
    }),
    run: async ({ client }, args, signal) => answers(await client.reason.ask(args, { signal })),
  }),
  tool({
    name: 'describe_cameras',
    title: 'Describe what cameras see',
    description: 'A description in words of what each camera sees now.',
    acts: true,
    input: z.object({ ...common, length: z.enum(['short', 'normal', 'long']).default('normal') }),
    run: async ({ client }, args, signal) => answers(await client.reason.describe(args, { signal })),
  }),
  tool({
    name: 'find_objects',
    title: 'Find objects',
    description: 'Boxes around objects, corners from 0 to 1 of the picture, origin top left.',
    acts: true,
    input: z.object({ ...common, object }),
    run: async ({ client }, args, signal) => answers(await client.reason.find(args, { signal })),
  }),
  tool({
    name: 'point_at_objects',
    title: 'Point at objects',
    description: 'The middle of each object, x and y from 0 to 1 of the picture, origin top left.',
    acts: true,
    input: z.object({ ...common, object }),
    run: async ({ client }, args, signal) => answers(await client.reason.point(args, { signal })),
  }),
  tool({
    name: 'count_objects',
    title: 'Count objects',
    description: 'How many of an object each camera sees now.',
    acts: true,
    input: z.object({ ...common, object }),
    run: async ({ client }, args, signal) => answers(await client.reason.count(args, { signal })),
  }),
  tool({
    name: 'search_answers',
    title: 'Search earlier answers',
    description: 'Questions that were asked of cameras in the last weeks with their answers, newest first.',
    input: z.object({
      words: z.string().trim().max(200).optional().describe('Words in question or answer.'),
      cameraId: z.string().max(64).optional(),
      kind: z.enum(REASON_KINDS).optional(),
      since: z.iso.datetime({ offset: true }).optional(),
      until: z.iso.datetime({ offset: true }).optional(),
      limit: z.number().int().min(1).max(MAX_FOUND).default(20),
    }),
    run: async ({ client }, { words, ...filter }, signal) => {
      const given = Object.fromEntries(
        Object.entries({ ...filter, q: words }).filter(([, value]) => value !== undefined),
      );
      const { answers: found } = await client.reason.history(given, { signal });
      return jsonResult(found.map(brief));
    },
  }),
  tool({
    name: 'get_digest',
    title: 'What happened',
    description: 'Events and answers of a time, summed up; the last day unless told otherwise.',
    input: z.object({
      from: z.iso.datetime({ offset: true }).optional(),
      to: z.iso.datetime({ offset: true }).optional(),
    }),
    run: async ({ client }, args, signal) =>
      jsonResult(await client.reason.digest({ ...args, text: false }, { signal })),
  }),
];

function answers({ answers: given }: ReasonAnswers) {
  return jsonResult(
    given.map((one) => ('error' in one ? { cameraId: one.cameraId, error: one.error.detail } : brief(one))),
  );
}

/** What a model needs of an answer. */
function brief(answer: ReasonAnswer): object {
  const {
    cameraId,
    question,
    object: wanted,
    answer: words,
    value,
    objects,
    points,
    count,
    coordinates,
    frame,
    askedAt,
  } = answer;
  return {
    ...{
      cameraId,
      question,
      object: wanted,
      answer: words,
      value,
      objects,
      points,
      count,
      coordinates,
      askedAt,
    },
    pictureTakenAt: new Date(frame.timestamp * 1000).toISOString(),
    picture: frame.url,
  };
}
