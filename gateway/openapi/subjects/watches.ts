/** Standing questions to cameras. */
import { z } from 'zod';
import { watchQuerySchema } from '../../watches/routes.ts';
import { WATCH_SKILLS } from '../../watches/watch.ts';
import { newWatchSchema, watchChangesSchema } from '../../watches/watch-input.ts';
import { json, jsonBody, type Subject } from '../operation.ts';

const answerSchema = z.object({
  at: z.iso.datetime(),
  reading: z.enum(['yes', 'no', 'unknown']).meta({ description: 'Whether it fulfils the condition.' }),
  text: z.string(),
  sequence: z.int(),
  timestamp: z.number().meta({ description: 'Capture time of the frame, Unix seconds.' }),
});

const watchSchema = z
  .object({
    id: z.string(),
    cameraId: z.string(),
    skill: z.enum(WATCH_SKILLS),
    prompt: z.string(),
    everyMs: z.int(),
    onMotion: z.boolean(),
    condition: z.union([
      z.object({ answer: z.enum(['yes', 'no']) }),
      z.object({ contains: z.string() }),
      z.object({ atLeast: z.int() }),
      z.object({ atMost: z.int() }),
    ]),
    n: z.int(),
    of: z.int(),
    cooldownMs: z.int(),
    deliver: z.boolean(),
    enabled: z.boolean(),
    state: z.enum(['paused', 'asking', 'failing', 'cooling-down', 'waiting-for-motion', 'waiting']),
    answers: z.array(answerSchema).meta({ description: 'Those that count now, oldest first.' }),
    lastAnswer: answerSchema.nullable(),
    lastError: z
      .object({ code: z.string(), message: z.string(), hint: z.string().optional(), at: z.iso.datetime() })
      .nullable(),
    asked: z.int(),
    fired: z.int(),
    lastAskedAt: z.iso.datetime().nullable(),
    lastFiredAt: z.iso.datetime().nullable(),
    lastEventId: z.string().nullable(),
    nextAskAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Watch' });

const MEANINGS = {
  prompt: 'Question or object; a caption takes none.',
  everyMs: 'Milliseconds between two questions.',
  onMotion: 'Ask while there is motion.',
  condition: 'When an answer counts: text for `query` and `caption`, numbers for `detect` and `point`.',
  n: 'It fires when `n` of the last `of` answers count.',
  of: '`n` unless given.',
  cooldownMs: 'Silence after it fired.',
  deliver: 'Tell the analysis backend too.',
};

export const WATCHES: Subject = {
  name: 'Watches',
  description:
    'Questions that the gateway asks of cameras by itself, again and again, within a budget. When one fires it is an event.',
  operations: [
    {
      id: 'createWatch',
      method: 'post',
      path: '/api/watches',
      summary: 'Ask a camera again and again',
      description:
        'It needs `everyMs` or `onMotion`. Free text counts as yes or no only where it says so outright.',
      bodies: jsonBody(newWatchSchema, MEANINGS, {
        'A question with yes or no': {
          cameraId: '1',
          skill: 'query',
          prompt: 'Is the gate open?',
          everyMs: 60_000,
          n: 2,
          of: 3,
        },
        'A number of objects': {
          cameraId: '1',
          skill: 'detect',
          prompt: 'person',
          everyMs: 30_000,
          condition: { atLeast: 3 },
        },
      }),
      answers: { 201: json('It will be asked.', watchSchema, { Location: 'Where it is.' }) },
      errors: ['missing-field', 'invalid-field', 'camera-not-found', 'too-many-watches'],
    },
    {
      id: 'listWatches',
      method: 'get',
      path: '/api/watches',
      summary: 'All watches',
      query: {
        schema: watchQuerySchema,
        meanings: { cameraId: 'Only those of this camera.' },
        example: { cameraId: '1' },
      },
      answers: { 200: json('Watches.', z.array(watchSchema)) },
    },
    {
      id: 'getWatch',
      method: 'get',
      path: '/api/watches/{watchId}',
      summary: 'One watch',
      answers: { 200: json('The watch.', watchSchema) },
      errors: ['watch-not-found'],
    },
    {
      id: 'updateWatch',
      method: 'patch',
      path: '/api/watches/{watchId}',
      summary: 'Change a watch',
      bodies: jsonBody(watchChangesSchema, MEANINGS, { Pause: { enabled: false } }),
      answers: { 200: json('The watch as it is now.', watchSchema) },
      errors: ['missing-field', 'invalid-field', 'watch-not-found'],
    },
    {
      id: 'deleteWatch',
      method: 'delete',
      path: '/api/watches/{watchId}',
      summary: 'Ask no more',
      answers: { 204: { description: 'Gone.' } },
      errors: ['watch-not-found'],
    },
  ],
};
