/** Questions about what a camera sees now. */

import type { Skill } from '#shared/contract/moondream.ts';
import { AnswerCache } from '../models/answer-cache.ts';
import { type FrameCache, pictureKey } from '../models/frame-cache.ts';
import type { CameraFrame, FrameSource } from '../models/frame-source.ts';
import { canonicalText } from '../models/json-text.ts';
import { LatestOnlyLock } from '../models/latest-only-lock.ts';
import type { ModelClient } from '../models/model-client.ts';
import type { UpstreamAnswer } from '../models/upstream.ts';

export interface CameraQuestionsOptions {
  frames: FrameSource;
  client: Pick<ModelClient, 'ask' | 'expectConfigured'>;
  frameCache: FrameCache;
}

/** One question to a camera. */
export interface CameraQuestion {
  cameraId: string;
  skill: Skill;
  /** The body without its picture. */
  fields: Record<string, unknown>;
  signal: AbortSignal;
  /** Called immediately before a request that costs money; may throw. */
  spend?: (() => Promise<void> | void) | undefined;
}

/** The answer and the frame that it is about. */
export interface CameraAnswer {
  answer: UpstreamAnswer;
  frame: CameraFrame;
  /** Id of the picture in the frame cache. */
  pictureId: string;
  /** The same question was asked about this frame before. */
  isCached: boolean;
}

/** Longest side of a picture sent, pixels. The model scales larger ones down; they cost tokens. */
const MAX_SIDE = 1280;

/** Asks about the newest frame. Of equal questions to a camera one runs; each frame is asked about once. */
export class CameraQuestions {
  readonly #options: CameraQuestionsOptions;
  readonly #locks = new LatestOnlyLock();
  readonly #cache = new AnswerCache();

  constructor(options: CameraQuestionsOptions) {
    this.#options = options;
  }

  /** @throws AppError of the camera, of Moondream, or `question-superseded` */
  async ask(question: CameraQuestion): Promise<CameraAnswer> {
    this.#options.client.expectConfigured();
    const { cameraId, skill, fields, signal } = question;
    const release = await this.#locks.acquire(`${cameraId} ${skill} ${canonicalText(fields)}`, signal);
    try {
      const given = await this.#askNow(question);
      if (given.answer.kind === 'json') release();
      else given.answer.chunks = thenRelease(given.answer.chunks, release);
      return given;
    } catch (error) {
      release();
      throw error;
    }
  }

  async #askNow(question: CameraQuestion): Promise<CameraAnswer> {
    const { cameraId, skill, fields, signal, spend } = question;
    let frame = await this.#newest(question);
    const cached = this.#cache.find(cacheKey(question, frame));
    if (cached !== undefined) return this.#answered(cameraId, frame, { kind: 'json', body: cached }, true);
    const answer = await this.#options.client.ask({
      path: skill,
      signal,
      spend,
      body: async (hasWaited) => {
        if (hasWaited) frame = await this.#newest(question);
        return { ...fields, image_url: `data:image/jpeg;base64,${frame.jpeg.toString('base64')}` };
      },
    });
    if (answer.kind === 'json') this.#cache.add(cacheKey(question, frame), answer.body);
    return this.#answered(cameraId, frame, answer, false);
  }

  #newest({ cameraId, signal }: CameraQuestion): Promise<CameraFrame> {
    return this.#options.frames.newest(cameraId, { maxSide: MAX_SIDE, signal });
  }

  #answered(cameraId: string, frame: CameraFrame, answer: UpstreamAnswer, isCached: boolean): CameraAnswer {
    return { answer, frame, isCached, pictureId: this.#options.frameCache.add(cameraId, frame) };
  }
}

async function* thenRelease(chunks: AsyncIterable<Buffer>, release: () => void): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } finally {
    release();
  }
}

function cacheKey({ cameraId, skill, fields }: CameraQuestion, frame: CameraFrame): string {
  return `${pictureKey(cameraId, frame)} ${skill} ${canonicalText(fields)}`;
}
