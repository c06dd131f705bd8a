/** Answers by Moondream: its skills as they are. */
import type { Skill } from '#shared/contract/moondream.ts';
import type { Box, Point } from '#shared/contract/reason.ts';
import type { ProviderSkills } from '#shared/contract/reason-provider.ts';
import { AppError } from '#shared/errors.ts';
import type { ModelClient } from '../models/model-client.ts';
import type { UpstreamAnswer } from '../models/upstream.ts';
import type { DescriptionLength, Inquiry, Located, Provider, WantedForm } from './provider.ts';
import { streamedEvents } from './streamed-events.ts';

const SKILLS: ProviderSkills = {
  query: true,
  caption: true,
  detect: 'detected',
  point: 'detected',
  segment: true,
  severalPictures: false,
  structured: false,
  streaming: true,
};

/** Moondream, the cloud or a Station. */
export class MoondreamProvider implements Provider {
  readonly name = 'moondream';
  readonly skills = SKILLS;
  readonly client: ModelClient;

  constructor(client: ModelClient) {
    this.client = client;
  }

  /** Moondream takes no schema: the question has the form in it. */
  text(inquiry: Inquiry, _form?: WantedForm): Promise<string> {
    return this.#text('query', inquiry, { question: inquiry.words });
  }

  describe(inquiry: Inquiry, length: DescriptionLength): Promise<string> {
    return this.#text('caption', inquiry, { length });
  }

  async find(inquiry: Inquiry): Promise<Located<Box>> {
    const { objects } = await this.#whole('detect', inquiry, { object: inquiry.words });
    return { found: listOf<Box>(objects, isBox), isEstimated: false };
  }

  async point(inquiry: Inquiry): Promise<Located<Point>> {
    const { points } = await this.#whole('point', inquiry, { object: inquiry.words });
    return { found: listOf<Point>(points, isPoint), isEstimated: false };
  }

  async #text(skill: 'query' | 'caption', inquiry: Inquiry, fields: object): Promise<string> {
    const isStreamed = inquiry.onText !== undefined;
    const answer = await this.#ask(skill, inquiry, { ...fields, ...(isStreamed ? { stream: true } : {}) });
    const member = skill === 'query' ? 'answer' : 'caption';
    if (answer.kind === 'stream') return streamedText(answer, inquiry.onText);
    const text = answer.body[member];
    if (typeof text !== 'string') throw unreadable(member);
    inquiry.onText?.(text);
    return text.trim();
  }

  async #whole(skill: Skill, inquiry: Inquiry, fields: object): Promise<Record<string, unknown>> {
    const answer = await this.#ask(skill, inquiry, fields);
    if (answer.kind === 'stream') throw new AppError('moondream-failed', 'Moondream answered with a stream');
    return answer.body;
  }

  #ask(skill: Skill, { pictures, signal, spend }: Inquiry, fields: object): Promise<UpstreamAnswer> {
    return this.client.ask({
      path: skill,
      signal,
      spend,
      body: async (hasWaited) => {
        const picture = (await pictures(hasWaited)).at(-1);
        const image_url = picture && `data:image/jpeg;base64,${picture.jpeg.toString('base64')}`;
        return { ...fields, ...(image_url === undefined ? {} : { image_url }) };
      },
    });
  }
}

/** Moondream has two dialects of a stream: `{chunk, completed}` and `{text}`. */
async function streamedText(
  { chunks, contentType }: UpstreamAnswer & { kind: 'stream' },
  onText?: (text: string) => void,
): Promise<string> {
  let text = '';
  for await (const event of streamedEvents(chunks, contentType)) {
    if (event === 'done') break;
    if (event.error !== undefined && event.error !== null)
      throw new AppError('moondream-failed', `Moondream failed during its answer: ${messageOf(event.error)}`);
    const piece = event.chunk ?? event.text;
    if (typeof piece === 'string' && piece !== '') {
      text += piece;
      onText?.(piece);
    }
    if (event.completed === true) break;
  }
  if (text.trim() === '') throw new AppError('moondream-failed', 'Moondream gave no answer');
  return text.trim();
}

function messageOf(error: unknown): string {
  const { message = error } = error as { message?: unknown };
  return String(message).slice(0, 300);
}

function listOf<T>(value: unknown, isOne: (one: Record<string, unknown>) => boolean): T[] {
  if (!Array.isArray(value)) throw unreadable('objects or points');
  return value.filter((one) => typeof one === 'object' && one !== null && isOne(one)) as T[];
}

function isBox(box: Record<string, unknown>): boolean {
  return ['x_min', 'y_min', 'x_max', 'y_max'].every((name) => typeof box[name] === 'number');
}

function isPoint(point: Record<string, unknown>): boolean {
  return ['x', 'y'].every((name) => typeof point[name] === 'number');
}

function unreadable(member: string): AppError {
  return new AppError('moondream-failed', `Moondream answered without ${member}`);
}
