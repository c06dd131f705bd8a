/** The kinds of model servers that the gateway asks. */

/** Begins the error codes of a kind: `moondream-timeout`, `vlm-timeout`. */
export type VendorCode = 'moondream' | 'vlm';

/** One kind of model server. */
export interface Vendor {
  code: VendorCode;
  /** Its name in messages. */
  name: string;
  /** The header that carries the key. */
  authorization(apiKey: string): Record<string, string>;
}

/** The API of Moondream: its cloud, or a Moondream Station. */
export const MOONDREAM: Vendor = {
  code: 'moondream',
  name: 'Moondream',
  authorization: (apiKey) => ({ 'X-Moondream-Auth': apiKey }),
};

/** Servers with OpenAI's chat completions: OpenAI, Ollama, vLLM, LM Studio, Gemini and others. */
export const OPENAI_COMPATIBLE: Vendor = {
  code: 'vlm',
  name: 'The model server',
  authorization: (apiKey) => ({ Authorization: `Bearer ${apiKey}` }),
};
