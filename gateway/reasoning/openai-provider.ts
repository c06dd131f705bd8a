/** Answers by a server with OpenAI's chat completions: OpenAI, Ollama, vLLM, LM Studio, Gemini and others. */
import type { Box, Point } from '#shared/contract/reason.ts';
import type { ProviderSkills } from '#shared/contract/reason-provider.ts';
import { AppError } from '#shared/errors.ts';
import type { CameraFrame } from '../models/frame-source.ts';
import type { ModelClient } from '../models/model-client.ts';
import { chatBody, chatText } from './chat.ts';
import {
  BOXES_FORM,
  boxesQuestion,
  POINTS_FORM,
  pointsQuestion,
  readBoxes,
  readPoints,
} from './estimated-places.ts';
import type { DescriptionLength, Inquiry, Located, Provider, WantedForm } from './provider.ts';
import { structuredAnswer } from './structured-answer.ts';

const DESCRIPTIONS: Record<DescriptionLength, string> = {
  short: 'Describe what this camera sees in one short sentence.',
  normal: 'Describe what this camera sees in two or three sentences.',
  long: 'Describe what this camera sees in detail: people, vehicles, animals, things and what happens.',
};
/** How servers that do not know `response_format` with a schema say so. */
const NO_SCHEMA = /response_format|json_schema|schema|structured|grammar|guided/i;

/** One server; which one may change while the gateway runs. */
export class OpenAiProvider implements Provider {
  readonly name = 'vlm';
  readonly client: ModelClient;
  /** Servers that refused a schema, so that they are not asked for one again. */
  readonly #withoutSchema = new Set<string>();

  constructor(client: ModelClient) {
    this.client = client;
  }

  get skills(): ProviderSkills {
    return {
      query: true,
      caption: true,
      detect: 'estimated',
      point: 'estimated',
      segment: false,
      severalPictures: true,
      structured: true,
      streaming: true,
    };
  }

  async text(inquiry: Inquiry, form?: WantedForm): Promise<string> {
    const server = `${this.client.server.url} ${this.client.server.model}`;
    if (form === undefined || this.#withoutSchema.has(server)) return this.#chat(inquiry);
    try {
      return await this.#chat(inquiry, form);
    } catch (error) {
      const isRefused = error instanceof AppError && error.code === 'vlm-bad-request';
      if (!isRefused || !NO_SCHEMA.test(error.message)) throw error;
      this.#withoutSchema.add(server);
      return this.#chat(inquiry);
    }
  }

  describe(inquiry: Inquiry, length: DescriptionLength): Promise<string> {
    return this.text({ ...inquiry, words: DESCRIPTIONS[length] });
  }

  async find(inquiry: Inquiry): Promise<Located<Box>> {
    const { answer, picture } = await this.#places(inquiry, boxesQuestion(inquiry.words), BOXES_FORM);
    return { found: readBoxes(answer, picture), isEstimated: true };
  }

  async point(inquiry: Inquiry): Promise<Located<Point>> {
    const { answer, picture } = await this.#places(inquiry, pointsQuestion(inquiry.words), POINTS_FORM);
    return { found: readPoints(answer, picture), isEstimated: true };
  }

  async #places(inquiry: Inquiry, words: string, form: WantedForm) {
    let picture: CameraFrame | undefined;
    const pictures = async (hasWaited: boolean): Promise<CameraFrame[]> => {
      picture = (await inquiry.pictures(hasWaited)).at(-1);
      return picture === undefined ? [] : [picture];
    };
    const answer = await structuredAnswer(this, { ...inquiry, pictures, words }, form);
    return { answer, picture: picture ?? { width: 1, height: 1 } };
  }

  async #chat({ words, pictures, signal, spend, onText }: Inquiry, form?: WantedForm): Promise<string> {
    const answer = await this.client.ask({
      path: 'chat/completions',
      signal,
      spend,
      body: async (hasWaited) =>
        chatBody({ words, form, stream: onText !== undefined, pictures: await pictures(hasWaited) }),
    });
    return chatText(answer, onText);
  }
}
