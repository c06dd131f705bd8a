/** Tries a provider with a small picture before its settings are kept. */
import type { ProviderName } from '#shared/contract/reason.ts';
import { AppError } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';
import type { CameraFrame } from '../models/frame-source.ts';
import { ModelClient } from '../models/model-client.ts';
import { MOONDREAM, OPENAI_COMPATIBLE } from '../models/vendor.ts';
import { MoondreamProvider } from './moondream-provider.ts';
import { OpenAiProvider } from './openai-provider.ts';
import { type ServerSettings, serverOf } from './provider-settings.ts';

/** 64x64 pixels of red: some models refuse less than 28. */
const RED = [
  '/9j/4AAQSkZJRgABAgAAAQABAAD//gAQTGF2YzU5LjM3LjEwMAD/2wBDAAgYGBwYHCEhISEhISckJygoKCcnJycoKC',
  'grKyszMzMrKysoKCsrMDAzMzc5NzQ0MzQ5OTw8PEhIRUVUVFdnZ3z/xABNAAEBAAAAAAAAAAAAAAAAAAAABgEBAQEA',
  'AAAAAAAAAAAAAAAAAAYHEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AAEQgAQABAAwEiAAIRAA',
  'MRAP/aAAwDAQACEQMRAD8AiwEo38AAAAAAAAAAAAAAAAAAAAAAAAAAAAAB/9k=',
].join('');
const SIDE = 64;
/** A local model may have to be loaded first. */
const TIMEOUT_MS = 60_000;
const MAX_MODELS = 200;

/** The outcome of a test. */
export interface ProviderTestAnswer {
  answer: string;
  latencyMs: number;
  models: string[];
}

/** Asks for the colour of a picture. @throws AppError `moondream-*` or `vlm-*` */
export async function testProvider(
  name: ProviderName,
  settings: ServerSettings,
  { redactor, signal }: { redactor: Redactor; signal: AbortSignal },
): Promise<ProviderTestAnswer> {
  const vendor = name === 'moondream' ? MOONDREAM : OPENAI_COMPATIBLE;
  const server = serverOf(name, settings);
  const client = new ModelClient({ vendor, server, timeoutMs: TIMEOUT_MS, ratePerSecond: 10, redactor });
  const provider = name === 'moondream' ? new MoondreamProvider(client) : new OpenAiProvider(client);
  const started = performance.now();
  try {
    const answer = await provider.text({
      words: 'Which colour is this picture? Answer with one word.',
      pictures: async () => [redPicture()],
      spend: () => {},
      signal,
    });
    const latencyMs = Math.round(performance.now() - started);
    return { answer, latencyMs, models: await listModels(client, signal) };
  } finally {
    client.close();
  }
}

/** Names of the models of a server with OpenAI's routes; empty where it does not tell. */
async function listModels(client: ModelClient, signal: AbortSignal): Promise<string[]> {
  try {
    const { data } = await client.get('models', signal);
    if (!Array.isArray(data)) return [];
    return data
      .flatMap(({ id }: { id?: unknown }) => (typeof id === 'string' ? [id] : []))
      .slice(0, MAX_MODELS);
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

function redPicture(): CameraFrame {
  const jpeg = Buffer.from(RED, 'base64');
  return { jpeg, sequence: 0, timestamp: 0, ageMs: 0, width: SIDE, height: SIDE };
}
