/** The Moondream routes (docs/contract.md, section 4). */
import type { Request, RequestHandler, Response } from 'express';
import { parseFields, parseKnownFields } from '#shared/camera.ts';
import {
  ANSWER_SCHEMAS,
  chatAnswerSchema,
  chatRequestSchema,
  moondreamStatusSchema,
  pictureIdInPath,
  QUESTION_SCHEMAS,
  questionSchema,
  SKILLS,
  type Skill,
} from '#shared/contract/moondream.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { goneSignal } from '#shared/http/gone-signal.ts';
import type { Redactor } from '#shared/redact.ts';
import { principalOf } from '../auth/principal.ts';
import { expectCamera, maySee } from '../auth/rights.ts';
import { publicOrigin } from '../http/public-origin.ts';
import { content, json, jsonBody, type Route, type RouteGroup, route } from '../http/route.ts';
import type { DailyCap } from '../models/daily-cap.ts';
import type { FrameCache } from '../models/frame-cache.ts';
import type { CameraFrame } from '../models/frame-source.ts';
import type { ModelClient } from '../models/model-client.ts';
import type { UpstreamAnswer } from '../models/upstream.ts';
import type { CameraAnswer, CameraQuestions } from './camera-questions.ts';
import { relayStream } from './stream-relay.ts';

export interface MoondreamRoutesOptions {
  client: Pick<ModelClient, 'ask' | 'expectConfigured' | 'report'>;
  questions: Pick<CameraQuestions, 'ask'>;
  frameCache: FrameCache;
  cap: DailyCap;
  redactor: Redactor;
}

interface SkillFacts {
  summary: string;
  example: object;
}

const FACTS: Record<Skill, SkillFacts> = {
  query: { summary: 'Ask a question about a picture', example: { question: 'Is the gate open?' } },
  caption: { summary: 'Describe a picture', example: { length: 'short' } },
  detect: { summary: 'Find objects in a picture', example: { object: 'person' } },
  point: { summary: 'Point at objects in a picture', example: { object: 'door handle' } },
  segment: { summary: 'Outline an object in a picture', example: { object: 'car' } },
};

const ERRORS: readonly ErrorCode[] = [
  'camera-not-found',
  'no-frame-yet',
  'stale-frame',
  'invalid-field',
  'unknown-field',
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
];

/** Questions to Moondream. */
export function moondreamRoutes(options: MoondreamRoutesOptions): RouteGroup {
  return {
    name: 'Moondream',
    description:
      'A vision language model asked about pictures, or about what a camera sees now. The key stays in the gateway.',
    routes: [
      ...SKILLS.map((skill) => askRoute(skill, options)),
      chatRoute(options),
      statusRoute(options),
      pictureRoute(options),
    ],
  };
}

function askRoute(skill: Skill, options: MoondreamRoutesOptions): Route {
  const { summary, example } = FACTS[skill];
  return route({
    id: `moondream${skill[0]?.toUpperCase()}${skill.slice(1)}`,
    method: 'post',
    path: `/api/moondream/${skill}`,
    access: 'operator',
    cameraScope: 'handled',
    limit: 'moondream',
    summary,
    description:
      'Bodies and answers are those of Moondream; a field that is not named here is refused. With `cameraId` the newest frame of that camera is asked about, never an old one. The same question asked of a camera again ends the one before.',
    request: {
      bodies: jsonBody(QUESTION_SCHEMAS[skill], {
        'What a camera sees now': { cameraId: '1', ...example },
      }),
      bodyLimit: 'image',
    },
    answers: {
      200: json('The answer of Moondream.', ANSWER_SCHEMAS[skill], {
        'X-Answer-Cache': '`hit` when the picture had not changed since the same question was answered.',
      }),
    },
    errors: ERRORS,
    before: expectAskable(options),
    handle: answer(skill, options),
  });
}

/** For OpenAI's clients, whose base URL is `/api/moondream`. */
function chatRoute(options: MoondreamRoutesOptions): Route {
  return route({
    id: 'moondreamChat',
    method: 'post',
    path: '/api/moondream/chat/completions',
    access: 'operator',
    cameraScope: 'none',
    limit: 'moondream',
    summary: "Ask as OpenAI's clients do",
    description:
      'Passed to the server of Moondream as it is, within the same limits. Pictures are in the messages.',
    request: {
      bodies: jsonBody(chatRequestSchema, {
        'A question': { messages: [{ role: 'user', content: 'Is the gate open?' }] },
      }),
      bodyLimit: 'image',
    },
    answers: { 200: json('The answer of the server.', chatAnswerSchema) },
    errors: ERRORS,
    before: expectAskable(options),
    handle: async (req, res) => {
      const fields = parseFields(chatRequestSchema, req.body);
      const signal = goneSignal(res);
      const spend = (): Promise<void> => options.cap.take();
      try {
        const body = async (): Promise<Record<string, unknown>> => fields;
        const given = await options.client.ask({ path: 'chat/completions', signal, spend, body });
        await send(res, given, undefined, options);
      } catch (error) {
        // The client has gone.
        if (!signal.aborted) throw error;
      }
    },
  });
}

function expectAskable({ client }: MoondreamRoutesOptions): RequestHandler {
  return (req, _res, next) => {
    client.expectConfigured();
    if (!req.is('application/json')) throw wrongType();
    next();
  };
}

function statusRoute({ client, cap }: MoondreamRoutesOptions): Route {
  return route({
    id: 'getMoondreamStatus',
    method: 'get',
    path: '/api/moondream/status',
    access: 'viewer',
    cameraScope: 'none',
    summary: 'Whether Moondream is configured, and how it does',
    answers: { 200: json('Its state.', moondreamStatusSchema) },
    handle: async (_req, res) => {
      res.setHeader('Cache-Control', 'no-store');
      res.json({ ...client.report(), today: { asked: await cap.used(), max: cap.max } });
    },
  });
}

function pictureRoute({ frameCache }: MoondreamRoutesOptions): Route {
  return route({
    id: 'getAskedFrame',
    method: 'get',
    path: '/api/moondream/frames/:pictureId',
    access: 'viewer',
    cameraScope: 'handled',
    summary: 'The picture that was asked about',
    request: { params: { pictureId: pictureIdInPath } },
    answers: { 200: content('A JPEG.', 'image/jpeg') },
    errors: ['not-found'],
    handle: (req, res) => {
      const kept = frameCache.find(req.params.pictureId);
      if (kept === undefined || !maySee(principalOf(req), kept.cameraId))
        throw new AppError('not-found', 'This picture is no longer kept');
      setFacts(res, kept.frame);
      res.setHeader('Cache-Control', 'private, max-age=600, immutable');
      res.type('image/jpeg').send(kept.frame.jpeg);
    },
  });
}

function answer(skill: Skill, options: MoondreamRoutesOptions): RequestHandler {
  const { client, questions, cap } = options;
  const spend = (): Promise<void> => cap.take();
  return async (req, res) => {
    parseKnownFields(QUESTION_SCHEMAS[skill], req.body);
    const { cameraId, ...fields } = parseFields(questionSchema, req.body);
    const signal = goneSignal(res);
    try {
      if (cameraId === undefined) {
        const body = async (): Promise<Record<string, unknown>> => fields;
        await send(res, await client.ask({ path: skill, signal, spend, body }), undefined, options);
      } else {
        expectNoPicture(fields);
        expectCamera(req, cameraId);
        const given = await questions.ask({ cameraId, skill, fields, signal, spend });
        await send(res, given.answer, describe(req, cameraId, given, res), options);
      }
    } catch (error) {
      // The client has gone.
      if (!signal.aborted) throw error;
    }
  };
}

function expectNoPicture(fields: Record<string, unknown>): void {
  if (fields.image_url === undefined) return;
  throw new AppError('invalid-field', 'Only one of cameraId and image_url can be given', {
    field: 'image_url',
  });
}

async function send(
  res: Response,
  answered: UpstreamAnswer,
  frame: object | undefined,
  { redactor }: MoondreamRoutesOptions,
): Promise<void> {
  if (answered.kind === 'stream') {
    await relayStream(res, { ...answered, frame }, redactor);
    return;
  }
  res.setHeader('Cache-Control', 'no-store');
  res.json(frame === undefined ? answered.body : { ...answered.body, frame });
}

/** The member `frame` of an answer; its facts are headers too. */
function describe(
  req: Request,
  cameraId: string,
  { frame, pictureId, isCached }: CameraAnswer,
  res: Response,
) {
  setFacts(res, frame);
  res.setHeader('X-Answer-Cache', isCached ? 'hit' : 'miss');
  const { sequence, timestamp, ageMs, width, height } = frame;
  const url = `${publicOrigin(req)}/api/moondream/frames/${pictureId}`;
  return { cameraId, sequence, timestamp, ageMs, width, height, url };
}

function setFacts(res: Response, { sequence, timestamp, ageMs, width, height }: CameraFrame): void {
  const facts = { Sequence: sequence, Timestamp: timestamp, 'Age-Ms': ageMs, Width: width, Height: height };
  for (const [name, value] of Object.entries(facts)) res.setHeader(`X-Frame-${name}`, value);
}

function wrongType(): AppError {
  return new AppError('unsupported-media-type', 'Send application/json');
}
