/** Bodies and answers of OpenAI's chat completions, as its many servers write them. */
import { AppError } from '#shared/errors.ts';
import type { CameraFrame } from '../models/frame-source.ts';
import type { UpstreamAnswer } from '../models/upstream.ts';
import type { WantedForm } from './provider.ts';
import { streamedEvents } from './streamed-events.ts';
import { ThoughtFilter, withoutThoughts } from './thought-filter.ts';

/** One request. */
export interface ChatRequest {
  words: string;
  pictures: readonly CameraFrame[];
  form?: WantedForm | undefined;
  stream: boolean;
}

interface Choice {
  message?: { content?: unknown; refusal?: unknown };
  delta?: { content?: unknown; refusal?: unknown };
  finish_reason?: unknown;
}

/** The body of `POST /chat/completions`; the pictures come before the question, which models prefer. */
export function chatBody({ words, pictures, form, stream }: ChatRequest): Record<string, unknown> {
  const images = pictures.map(({ jpeg }) => ({
    type: 'image_url',
    image_url: { url: `data:image/jpeg;base64,${jpeg.toString('base64')}` },
  }));
  return {
    messages: [{ role: 'user', content: [...images, { type: 'text', text: words }] }],
    ...(stream ? { stream: true } : {}),
    ...(form === undefined ? {} : { response_format: responseFormat(form) }),
  };
}

/** The text of an answer. @param onText called with each piece of a stream @throws AppError `vlm-failed`, `model-refused` */
export async function chatText(answer: UpstreamAnswer, onText?: (text: string) => void): Promise<string> {
  if (answer.kind === 'json') {
    const text = textOf(choiceOf(answer.body), 'message');
    onText?.(text);
    return text;
  }
  return streamedText(answer, onText);
}

async function streamedText(
  { chunks, contentType }: UpstreamAnswer & { kind: 'stream' },
  onText?: (text: string) => void,
): Promise<string> {
  const filter = new ThoughtFilter();
  let text = '';
  let isEnded = false;
  const add = (piece: string): void => {
    if (piece === '') return;
    text += piece;
    onText?.(piece);
  };
  for await (const event of streamedEvents(chunks, contentType)) {
    if (event === 'done') {
      isEnded = true;
      break;
    }
    expectNoError(event);
    const choice = firstChoice(event);
    if (choice === undefined) continue;
    expectNoRefusal(choice, choice.delta?.refusal);
    if (typeof choice.delta?.content === 'string') add(filter.add(choice.delta.content));
    if (typeof choice.finish_reason === 'string') isEnded = true;
  }
  add(filter.end());
  if (!isEnded) throw new AppError('vlm-failed', 'The model server broke off its answer');
  if (text.trim() === '') throw empty();
  return text.trim();
}

function choiceOf(body: Record<string, unknown>): Choice {
  const choice = firstChoice(body);
  if (choice === undefined)
    throw new AppError('vlm-failed', 'The model server answered without a choice; check VLM_URL');
  return choice;
}

function firstChoice(body: Record<string, unknown>): Choice | undefined {
  const { choices } = body;
  return Array.isArray(choices) ? (choices[0] as Choice | undefined) : undefined;
}

function textOf(choice: Choice, member: 'message'): string {
  const message = choice[member];
  expectNoRefusal(choice, message?.refusal);
  const text = withoutThoughts(contentText(message?.content)).trim();
  if (text === '') throw empty(choice.finish_reason === 'length');
  return text;
}

/** Some servers answer a list of parts. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { text?: unknown }) => (typeof part?.text === 'string' ? part.text : ''))
    .join('');
}

function expectNoRefusal({ finish_reason: reason }: Choice, refusal: unknown): void {
  if (typeof refusal === 'string' && refusal !== '')
    throw new AppError('model-refused', `The model declines: ${refusal.slice(0, 300)}`);
  if (reason === 'content_filter')
    throw new AppError('model-refused', "The model server's content filter stopped the answer");
}

function expectNoError(event: Record<string, unknown>): void {
  const { error } = event;
  if (error === undefined || error === null) return;
  const { message = error } = error as { message?: unknown };
  throw new AppError(
    'vlm-failed',
    `The model server failed during its answer: ${String(message).slice(0, 300)}`,
  );
}

function empty(isCut = false): AppError {
  const why = isCut ? ': its limit of tokens was reached before the answer began' : '';
  return new AppError('vlm-failed', `The model gave no answer${why}`);
}

function responseFormat({ name, schema, isStrict }: WantedForm): Record<string, unknown> {
  return { type: 'json_schema', json_schema: { name, schema, ...(isStrict ? { strict: true } : {}) } };
}
