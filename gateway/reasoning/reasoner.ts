/** Asks cameras: chooses a provider, takes the pictures, asks once for what many ask, and reads the answer. */
import { randomUUID } from 'node:crypto';
import type { AnswerForm, Area, Box, Point, ProviderName, ReasonKind } from '#shared/contract/reason.ts';
import { AnswerCache } from '../models/answer-cache.ts';
import { type FrameCache, pictureKey } from '../models/frame-cache.ts';
import type { CameraFrame } from '../models/frame-source.ts';
import { canonicalText } from '../models/json-text.ts';
import { LatestOnlyLock } from '../models/latest-only-lock.ts';
import { formedAnswer } from './answer-form.ts';
import type { CameraPictures } from './camera-pictures.ts';
import { boxInWhole, pointInWhole } from './place.ts';
import type { DescriptionLength, Inquiry, Provider } from './provider.ts';
import type { ProviderChoice } from './provider-choice.ts';

/** What is asked of one camera. */
export interface CameraQuery {
  kind: ReasonKind;
  cameraId: string;
  /** The question, or the object that is looked for; empty for a description. */
  words: string;
  /** Of the answer to a question; default text. */
  form?: AnswerForm;
  length?: DescriptionLength;
  /** Pictures; default one. */
  frames?: number;
  /** Seconds that they are spread over. */
  over?: number;
  area?: Area | undefined;
  /** Of the newest picture; default: live ones only. */
  maxAgeMs?: number | undefined;
  provider?: ProviderName | undefined;
  signal: AbortSignal;
  /** Called immediately before a request that costs money; default: counts for the day of clients. */
  spend?: (() => Promise<void> | void) | undefined;
  /** Called with the pictures before they are asked about. */
  onPictures?: ((pictures: readonly AskedPicture[]) => void) | undefined;
  /** Called with each new piece of a text. */
  onText?: ((text: string) => void) | undefined;
}

/** A picture that was asked about, under its id in the frame cache. */
export interface AskedPicture {
  id: string;
  frame: CameraFrame;
}

/** What a model said. */
export interface Said {
  answer: string;
  value: unknown;
  objects?: Box[];
  points?: Point[];
  count?: number;
  isEstimated?: boolean;
}

/** The answer of one camera. */
export interface CameraAnswer extends Said {
  id: string;
  query: CameraQuery;
  /** Oldest first; the last is the newest. */
  pictures: readonly AskedPicture[];
  provider: ProviderName;
  model: string | null;
  latencyMs: number;
  isCached: boolean;
  /** Unix milliseconds. */
  askedAt: number;
}

export interface ReasonerOptions {
  choice: ProviderChoice;
  pictures: CameraPictures;
  frameCache: FrameCache;
  /** Counts one question of a client. @throws AppError `*-budget-spent` */
  spend: (provider: ProviderName) => Promise<void>;
}

/** Of equal questions to a camera one runs and the newest waits; each picture is asked about once. */
export class Reasoner {
  readonly #options: ReasonerOptions;
  readonly #locks = new LatestOnlyLock();
  readonly #cache = new AnswerCache();

  constructor(options: ReasonerOptions) {
    this.#options = options;
  }

  /** Boxes around objects, from 0 to 1 of the whole picture. @throws AppError */
  async find(
    cameraId: string,
    object: string,
    more: Partial<CameraQuery> = {},
  ): Promise<CameraAnswer & { objects: Box[] }> {
    const answer = await this.answer({ signal: NEVER, ...more, kind: 'find', cameraId, words: object });
    return { ...answer, objects: answer.objects ?? [] };
  }

  /** Points at objects, from 0 to 1 of the whole picture. @throws AppError */
  async point(
    cameraId: string,
    object: string,
    more: Partial<CameraQuery> = {},
  ): Promise<CameraAnswer & { points: Point[] }> {
    const answer = await this.answer({ signal: NEVER, ...more, kind: 'point', cameraId, words: object });
    return { ...answer, points: answer.points ?? [] };
  }

  /** @throws AppError of the camera or the provider, `question-superseded`, `skill-unsupported`, `reasoning-not-configured` */
  async answer(query: CameraQuery): Promise<CameraAnswer> {
    const provider = this.#options.choice.providerFor(query);
    const release = await this.#locks.acquire(`${query.cameraId} ${wordsOf(query)}`, query.signal);
    try {
      return await this.#answerNow(query, provider);
    } finally {
      release();
    }
  }

  async #answerNow(query: CameraQuery, provider: Provider): Promise<CameraAnswer> {
    const askedAt = Date.now();
    const started = performance.now();
    const asked = new AskedPictures(query, this.#options);
    await asked.take();
    const cacheKey = (): string =>
      `${asked.key} ${provider.name} ${provider.client.server.model} ${wordsOf(query)}`;
    const cached = this.#cache.find(cacheKey()) as Said | undefined;
    const said = cached ?? (await say(provider, query, this.#inquiry(query, provider, asked)));
    if (cached === undefined) this.#cache.add(cacheKey(), said as unknown as Record<string, unknown>);
    else if (query.kind === 'ask' || query.kind === 'describe') query.onText?.(said.answer);
    return {
      ...said,
      ...{ id: randomUUID(), query, pictures: asked.pictures, askedAt },
      provider: provider.name,
      model: provider.client.server.model ?? null,
      latencyMs: Math.round(performance.now() - started),
      isCached: cached !== undefined,
    };
  }

  #inquiry(query: CameraQuery, provider: Provider, asked: AskedPictures): Inquiry {
    const { words, signal, onText } = query;
    return {
      ...{ words, signal, onText },
      spend: query.spend ?? (() => this.#options.spend(provider.name)),
      pictures: (hasWaited) => asked.frames(hasWaited),
    };
  }
}

const NEVER = new AbortController().signal;

/** The pictures of one query; the newest is taken anew when the query had to wait. */
class AskedPictures {
  readonly #query: CameraQuery;
  readonly #options: ReasonerOptions;
  #frames: CameraFrame[] = [];
  pictures: readonly AskedPicture[] = [];

  constructor(query: CameraQuery, options: ReasonerOptions) {
    this.#query = query;
    this.#options = options;
  }

  get key(): string {
    return this.#frames.map((frame) => pictureKey(this.#query.cameraId, frame)).join(' ');
  }

  async take(): Promise<void> {
    this.#use(await this.#options.pictures.take(this.#wish));
  }

  async frames(hasWaited: boolean): Promise<readonly CameraFrame[]> {
    if (hasWaited) this.#use([...this.#frames.slice(0, -1), await this.#options.pictures.newest(this.#wish)]);
    return this.#frames;
  }

  get #wish() {
    const { cameraId, frames = 1, over = 0, area, maxAgeMs, signal } = this.#query;
    return { cameraId, frames, over, area, maxAgeMs, signal };
  }

  #use(frames: CameraFrame[]): void {
    this.#frames = frames;
    const { cameraId, onPictures } = this.#query;
    this.pictures = frames.map((frame) => ({ id: this.#options.frameCache.add(cameraId, frame), frame }));
    onPictures?.(this.pictures);
  }
}

async function say(provider: Provider, query: CameraQuery, inquiry: Inquiry): Promise<Said> {
  const { kind, form = 'text', length = 'normal', area } = query;
  if (kind === 'ask') return formedAnswer(provider, inquiry, form);
  if (kind === 'describe') {
    const answer = await provider.describe(inquiry, length);
    return { answer, value: answer };
  }
  if (kind === 'find') {
    const { found, isEstimated } = await provider.find(inquiry);
    const objects = found.map((box) => boxInWhole(box, area));
    return { answer: foundWords(objects.length), value: objects.length, objects, isEstimated };
  }
  // Points tell crowded things apart that boxes join.
  const { found, isEstimated } = await provider.point(inquiry);
  const points = found.map((point) => pointInWhole(point, area));
  const said = { answer: foundWords(points.length), value: points.length, points, isEstimated };
  return kind === 'count' ? { ...said, count: points.length } : said;
}

function foundWords(count: number): string {
  return count === 0 ? 'None found' : `${count} found`;
}

/** What makes two queries equal, beside their pictures. */
function wordsOf({ kind, words, form, length, frames, over, area, provider }: CameraQuery): string {
  return canonicalText({ kind, words, form, length, frames, over, area, provider });
}
