/** Makes digests: the facts from the store, and a paragraph by the provider where there is one. */
import type { Digest } from '#shared/contract/digest.ts';
import type { ProviderName } from '#shared/contract/reason.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { jpegSize } from '#shared/media/jpeg-size.ts';
import type { EventRepository } from '../events/event-repository.ts';
import { AnswerCache } from '../models/answer-cache.ts';
import type { CameraFrame } from '../models/frame-source.ts';
import type { EventRow } from '../store/database.ts';
import { type DigestFacts, digestFacts, picturesOf } from './digest-facts.ts';
import type { HistoryRepository } from './history-repository.ts';
import type { ProviderChoice } from './provider-choice.ts';

/** Which digest. */
export interface DigestWish {
  /** Unix milliseconds. */
  from: number;
  to: number;
  /** The only cameras that exist for the client; undefined: all. */
  cameras?: ReadonlySet<string> | undefined;
  /** Whether a provider may be asked. */
  hasText: boolean;
  signal: AbortSignal;
}

export interface DigestsOptions {
  events: Pick<EventRepository, 'list' | 'snapshot'>;
  history: Pick<HistoryRepository, 'list'>;
  choice: ProviderChoice;
  /** Name of a camera; its id for one that is gone. */
  nameOf: (cameraId: string) => string;
  /** Counts one question of a client. @throws AppError `*-budget-spent` */
  spend: (provider: ProviderName) => Promise<void>;
  log: Logger;
}

const MAX_EVENTS = 5000;
const MAX_ANSWERS = 500;
const MAX_WORDS = 6000;

/** Makes digests; the same facts are put into words once. */
export class Digests {
  readonly #options: DigestsOptions;
  readonly #cache = new AnswerCache();

  constructor(options: DigestsOptions) {
    this.#options = options;
  }

  /** @throws AppError `storage-*` */
  async make({ from, to, cameras, hasText, signal }: DigestWish): Promise<Digest> {
    const { events: repository, history } = this.#options;
    const range = { cameras, since: from, until: to };
    const [events, answers] = await Promise.all([
      repository.list({ ...range, limit: MAX_EVENTS + 1 }),
      history.list({ ...range, limit: MAX_ANSWERS }),
    ]);
    const isComplete = events.length <= MAX_EVENTS;
    const counted = events.slice(0, MAX_EVENTS);
    const facts = digestFacts({ from, to, events: counted, answers, isComplete });
    const written = hasText ? await this.#write(facts, picturesOf(counted), signal) : undefined;
    return { ...facts, text: written?.text ?? null, provider: written?.provider ?? null };
  }

  /** A digest without words is better than none. */
  async #write(facts: DigestFacts, pictures: readonly EventRow[], signal: AbortSignal) {
    if (facts.events === 0 && facts.readings.length === 0) return undefined;
    const key = JSON.stringify({ ...facts, to: undefined });
    const known = this.#cache.find(key) as { text: string; provider: ProviderName } | undefined;
    if (known !== undefined) return known;
    try {
      const written = await this.#ask(facts, pictures, signal);
      this.#cache.add(key, written);
      return written;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code !== 'reasoning-not-configured')
        this.#options.log.warn({ reason: messageOf(error) }, 'no provider put a digest into words');
      return undefined;
    }
  }

  async #ask(facts: DigestFacts, events: readonly EventRow[], signal: AbortSignal) {
    const { choice, spend } = this.#options;
    const provider = choice.providerFor({ kind: 'ask' });
    const most = provider.skills.severalPictures ? events.length : 1;
    const frames = await this.#frames(events.slice(0, most));
    const text = await provider.text({
      words: this.#words(facts),
      pictures: async () => frames,
      spend: () => spend(provider.name),
      signal,
    });
    return { text, provider: provider.name };
  }

  async #frames(events: readonly EventRow[]): Promise<CameraFrame[]> {
    const frames: CameraFrame[] = [];
    for (const { id, started_at } of events) {
      const jpeg = await this.#options.events.snapshot(id).catch(() => undefined);
      const size = jpeg && jpegSize(jpeg);
      if (jpeg !== undefined && size !== undefined)
        frames.push({ jpeg, sequence: 0, timestamp: started_at / 1000, ageMs: 0, ...size });
    }
    return frames;
  }

  #words({ from, to, byKind, timeline, readings, byCamera }: DigestFacts): string {
    const { nameOf } = this.#options;
    const named = Object.entries(byCamera).map(([id, count]) => `${nameOf(id)}: ${count}`);
    const lines = [
      `Sum up for the owner of these cameras what happened from ${from} to ${to}, in one paragraph of at most five sentences. Say what matters, leave out what does not, and invent nothing. The pictures, if any, are the most telling ones.`,
      `Events by kind: ${JSON.stringify(byKind)}. By camera: ${named.join(', ')}.`,
      'Over time:',
      ...timeline.map(({ at, byKind: kinds }) => `${at}: ${JSON.stringify(kinds)}`),
      'Questions and answers:',
      ...readings.map(
        ({ at, cameraId, question, answer }) => `${at} ${nameOf(cameraId)}: ${question} → ${answer}`,
      ),
    ];
    return lines.join('\n').slice(0, MAX_WORDS);
  }
}
