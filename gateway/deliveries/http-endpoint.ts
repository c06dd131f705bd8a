/** HTTP endpoint of the analysis backend: one POST per delivery. */
import { HttpPost, type HttpPostOptions, type PostResult } from './http-post.ts';
import { createSigner, type SignBody } from './signature.ts';

/** Result of one attempt. */
export type Answer =
  | PostResult
  /** The target takes nothing before this time, Unix milliseconds. */
  | { kind: 'later'; at: number }
  /** It can never be sent. */
  | { kind: 'refused'; reason: string };

export interface DeliveryRequest {
  /** The receiver's idempotency key. */
  id: string;
  /** Id of a notification; empty for the analysis backend. */
  target?: string;
  /** Path at the analysis backend. */
  path: string;
  /** The exact JSON to send, or the facts of a notice. */
  body: string;
  /** Time of the attempt. */
  at: Date;
}

/** Receiver of deliveries. */
export interface Endpoint {
  /** Makes one attempt; never rejects. */
  post(request: DeliveryRequest, signal: AbortSignal): Promise<Answer>;
  /** Closes idle connections. */
  close(): void;
}

/** Address and limits of the analysis backend. */
export interface HttpEndpointOptions extends HttpPostOptions {
  /** APP_PY_URL: base URL without a trailing slash. */
  baseUrl: string;
  /** WEBHOOK_SECRET: `whsec_...`; without it nothing is signed. */
  webhookSecret?: string | undefined;
}

/** Headers of a delivery (Standard Webhooks). @param sign without it nothing is signed */
export function deliveryHeaders(
  { id, body, at }: Pick<DeliveryRequest, 'id' | 'body' | 'at'>,
  sign: SignBody | undefined,
): Record<string, string> {
  return {
    'idempotency-key': id,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    ...(sign === undefined ? {} : { 'webhook-signature': sign(id, at, body) }),
  };
}

/** The analysis backend. */
export class HttpEndpoint implements Endpoint {
  readonly #url: string;
  readonly #sign: SignBody | undefined;
  readonly #http: HttpPost;

  constructor({ baseUrl, webhookSecret, ...options }: HttpEndpointOptions) {
    this.#url = baseUrl;
    this.#sign = webhookSecret === undefined ? undefined : createSigner(webhookSecret);
    this.#http = new HttpPost(options);
  }

  post(request: DeliveryRequest, signal: AbortSignal): Promise<Answer> {
    const headers = { 'content-type': 'application/json', ...deliveryHeaders(request, this.#sign) };
    return this.#http.send({ url: `${this.#url}${request.path}`, headers, body: request.body }, signal);
  }

  close(): void {
    this.#http.close();
  }
}
