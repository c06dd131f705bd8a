/** The Moondream routes (docs/contract.md, section 4). */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { cameraIdSchema, parseFields } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';
import { jsonBody } from '../http/body-limits.ts';
import { publicOrigin } from '../http/public-origin.ts';
import type { CameraAnswer, CameraQuestions } from './camera-questions.ts';
import type { DailyCap } from './daily-cap.ts';
import type { FrameAlbum } from './frame-album.ts';
import type { CameraFrame } from './frame-source.ts';
import type { MoondreamClient } from './moondream-client.ts';
import { SKILLS, type Skill } from './skills.ts';
import { relayStream } from './stream-relay.ts';
import type { UpstreamAnswer } from './upstream.ts';

/** What these routes need. */
export interface MoondreamRoutesOptions {
  client: Pick<MoondreamClient, 'ask' | 'expectConfigured' | 'report'>;
  questions: Pick<CameraQuestions, 'ask'>;
  album: FrameAlbum;
  cap: DailyCap;
  redactor: Redactor;
}

/** Fields beyond these are Moondream's and pass as they are. */
export const questionSchema = z.looseObject({
  cameraId: z.union([cameraIdSchema, z.number().int().nonnegative().transform(String)]).optional(),
});

/** Routes under `/api/moondream`. */
export function moondreamRoutes(options: MoondreamRoutesOptions): Router {
  const { client, album, cap } = options;
  const routes = Router();
  const json = jsonBody('image');
  routes.get('/status', async (_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json({ ...client.report(), today: { asked: await cap.used(), max: cap.max } });
  });
  routes.get('/frames/:id', (req, res) => {
    const kept = album.find(req.params.id);
    if (kept === undefined) throw new AppError('not-found', 'This picture is no longer kept');
    setFacts(res, kept.frame);
    res.setHeader('Cache-Control', 'private, max-age=600, immutable');
    res.type('image/jpeg').send(kept.frame.jpeg);
  });
  // Before the body, which may be large.
  const expectReady: RequestHandler = (req, _res, next) => {
    client.expectConfigured();
    if (!req.is('application/json')) throw wrongType();
    next();
  };
  for (const skill of SKILLS) routes.post(`/${skill}`, expectReady, json, answer(skill, options));
  return routes;
}

function answer(skill: Skill, options: MoondreamRoutesOptions): RequestHandler {
  const { client, questions, cap } = options;
  const spend = (): Promise<void> => cap.take();
  return async (req, res) => {
    const { cameraId, ...fields } = parseFields(questionSchema, req.body);
    const signal = goneSignal(res);
    try {
      if (cameraId === undefined) {
        const body = async (): Promise<Record<string, unknown>> => fields;
        await send(res, await client.ask({ skill, signal, spend, body }), undefined, options);
      } else {
        expectNoPicture(fields);
        const given = await questions.ask({ cameraId, skill, fields, signal, spend });
        await send(res, given.answer, describe(req, cameraId, given, res), options);
      }
    } catch (error) {
      // Nobody is there to be told.
      if (!signal.aborted) throw error;
    }
  };
}

/** Aborts when the client goes before its answer is whole. */
function goneSignal(res: Response): AbortSignal {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  return gone.signal;
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
