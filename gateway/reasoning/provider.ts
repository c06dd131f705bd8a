/** What every provider of answers offers, whichever server stands behind it. */
import type { Box, Point, ProviderName } from '#shared/contract/reason.ts';
import type { ProviderSkills } from '#shared/contract/reason-provider.ts';
import type { CameraFrame } from '../models/frame-source.ts';
import type { ModelClient } from '../models/model-client.ts';

/** A JSON Schema. */
export type JsonSchema = Record<string, unknown>;

/** One question to a provider. */
export interface Inquiry {
  /** The question, or the object that is looked for. */
  words: string;
  /** The pictures, oldest first; `hasWaited`: the limiter delayed the question. */
  pictures: (hasWaited: boolean) => Promise<readonly CameraFrame[]>;
  signal: AbortSignal;
  /** Called immediately before a request that costs money; may throw. */
  spend: () => Promise<void> | void;
  /** Called with each new piece of a text; absent: the text is wanted whole. */
  onText?: ((text: string) => void) | undefined;
}

/** A form that the answer must have. */
export interface WantedForm {
  /** Short name, for servers that want one. */
  name: string;
  schema: JsonSchema;
  /** Whether the schema is within the subset that OpenAI calls strict. */
  isStrict: boolean;
}

/** Objects or points with what is known of their accuracy. */
export interface Located<T> {
  found: T[];
  /** The coordinates are a language model's guess, not the output of a detector. */
  isEstimated: boolean;
}

/** How a description is wanted. */
export type DescriptionLength = 'short' | 'normal' | 'long';

/** Answers questions about pictures. All methods throw AppError. */
export interface Provider {
  readonly name: ProviderName;
  readonly client: ModelClient;
  readonly skills: ProviderSkills;
  /** Answers in words. @param form asks the server for JSON of this form, which the caller checks */
  text(inquiry: Inquiry, form?: WantedForm): Promise<string>;
  describe(inquiry: Inquiry, length: DescriptionLength): Promise<string>;
  find(inquiry: Inquiry): Promise<Located<Box>>;
  point(inquiry: Inquiry): Promise<Located<Point>>;
}
