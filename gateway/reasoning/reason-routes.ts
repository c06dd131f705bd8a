/** `/api/reason/{ask,describe,find,point,count}` (docs/contract.md, section 12). */
import type { Request } from 'express';
import type { z } from 'zod';
import { parseStrictly } from '#shared/camera.ts';
import {
  REASON_KINDS,
  REASON_SCHEMAS,
  type ReasonKind,
  reasonAnswersSchema,
} from '#shared/contract/reason.ts';
import type { ErrorCode } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import type { Redactor } from '#shared/redact.ts';
import { camerasOf } from '../auth/rights.ts';
import { json, jsonBody, type Route, route } from '../http/route.ts';
import type { Asker, ReasonBody, ReasonDesk } from './reason-desk.ts';
import { streamReason } from './reason-stream.ts';

/** Why a camera cannot be asked. */
export const REASON_ERRORS: readonly ErrorCode[] = [
  'camera-not-found',
  'no-frame-yet',
  'stale-frame',
  'invalid-field',
  'unknown-field',
  'reasoning-not-configured',
  'skill-unsupported',
  'model-refused',
  'answer-unreadable',
  'question-superseded',
  ...(['moondream', 'vlm'] as const).flatMap((vendor) =>
    (
      [
        'not-configured',
        'bad-request',
        'unauthorized',
        'rate-limited',
        'budget-spent',
        'busy',
        'unavailable',
        'unreachable',
        'failed',
        'timeout',
      ] as const
    ).map((what): ErrorCode => `${vendor}-${what}`),
  ),
];

const FACTS: Record<ReasonKind, { summary: string; examples: Record<string, object> }> = {
  ask: {
    summary: 'Ask cameras a question',
    examples: {
      'One camera': { cameraIds: ['1'], question: 'Is the gate open?', answer: 'yesno' },
      'All cameras': { cameraIds: ['*'], question: 'Is there a person?' },
      'One of some answers': {
        cameraIds: ['1'],
        question: 'What colour is the door?',
        answer: { enum: ['red', 'green', 'blue'] },
      },
    },
  },
  describe: {
    summary: 'Describe what cameras see',
    examples: { 'In one sentence': { cameraIds: ['1'], length: 'short' } },
  },
  find: {
    summary: 'Find objects: boxes',
    examples: { 'In a part of the picture': { cameraIds: ['1'], object: 'person', area: [0, 0.5, 1, 0.5] } },
  },
  point: {
    summary: 'Point at objects',
    examples: { 'One camera': { cameraIds: ['1'], object: 'door handle' } },
  },
  count: { summary: 'Count objects', examples: { 'One camera': { cameraIds: ['1'], object: 'car' } } },
};

const ASKING = `Each camera is asked about its newest picture, never an old one, by the provider that suits best: detectors find, language models talk. One of several cameras that cannot be asked has its \`error\` in place of its answer. The same question asked of a camera again ends the one before.

With \`Accept: text/event-stream\` or \`stream\` the answer comes bit by bit: events \`frame\` (\`{cameraId, frame}\`), \`text\` (\`{cameraId, text}\`, a new piece), \`answer\` (one camera's whole answer), \`error\` (\`{cameraId, error}\`) and \`done\`.`;

export interface ReasonRoutesOptions {
  desk: Pick<ReasonDesk, 'ask'>;
  redactor: Redactor;
}

/** One route for each kind of question. */
export function reasonRoutes(options: ReasonRoutesOptions): Route[] {
  return REASON_KINDS.map((kind) => askRoute(kind, options));
}

function askRoute(kind: ReasonKind, { desk, redactor }: ReasonRoutesOptions): Route {
  const { summary, examples } = FACTS[kind];
  const schema = REASON_SCHEMAS[kind] as unknown as z.ZodType<ReasonBody & { stream: boolean }>;
  return route({
    id: `reason${kind[0]?.toUpperCase()}${kind.slice(1)}`,
    method: 'post',
    path: `/api/reason/${kind}`,
    access: 'operator',
    cameraScope: 'handled',
    limit: 'moondream',
    summary,
    description: ASKING,
    request: { bodies: jsonBody(REASON_SCHEMAS[kind], examples) },
    answers: { 200: json('An answer for each camera.', reasonAnswersSchema) },
    errors: REASON_ERRORS,
    handle: async (req, res) => {
      const { stream, ...body } = parseStrictly(schema, req.body);
      const asker: Asker = { cameras: camerasOf(req), signal: goneSignal(res) };
      try {
        if (stream || wantsEvents(req)) {
          await streamReason(res, (onEvent) => desk.ask(kind, body, { ...asker, onEvent }), redactor);
        } else {
          const answers = await desk.ask(kind, body, asker);
          res.setHeader('Cache-Control', 'no-store');
          res.json({ answers });
        }
      } catch (error) {
        // The client has gone.
        if (!asker.signal.aborted) throw error;
      }
    },
  });
}

function wantsEvents(req: Request): boolean {
  return req.accepts(['json', 'text/event-stream']) === 'text/event-stream';
}
