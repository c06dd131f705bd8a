/** Asks Moondream within the rate of the key, and not while it is down. */
import type { MoondreamCall, MoondreamReport } from '#shared/contract/moondream.ts';
import { AppError } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { jsonText } from './json-text.ts';
import { RequestLimiter } from './request-limiter.ts';
import { Upstream, type UpstreamAnswer } from './upstream.ts';
import { isOutage } from './upstream-errors.ts';

export interface MoondreamClientOptions {
  /** MOONDREAM_API_URL, without a trailing slash; undefined: the cloud. */
  apiUrl: string | undefined;
  /** MOONDREAM_API_KEY; required by the cloud, optional for other servers. */
  apiKey: string | undefined;
  /** MOONDREAM_MODEL: default `model` of requests. */
  model: string | undefined;
  /** MOONDREAM_TIMEOUT_MS. */
  timeoutMs: number;
  /** MOONDREAM_RATE: requests per second of this gateway. */
  ratePerSecond: number;
  redactor: Redactor;
}

/** One question. */
export interface Question {
  skill: MoondreamCall;
  signal: AbortSignal;
  /** Builds the body immediately before it is sent; `hasWaited`: the limiter delayed the request. */
  body: (hasWaited: boolean) => Promise<Record<string, unknown>>;
  /** Called immediately before a request that costs money; may throw. */
  spend?: (() => Promise<void> | void) | undefined;
}

const CLOUD_URL = 'https://api.moondream.ai/v1';
const CLOUD_HOST = 'api.moondream.ai';

/** Asks Moondream. */
export class MoondreamClient {
  readonly #options: MoondreamClientOptions;
  readonly #url: string;
  readonly #upstream: Upstream;
  readonly #limiter: RequestLimiter;
  #breaker: CircuitBreaker | undefined;
  #loadingBreaker: Promise<CircuitBreaker> | undefined;
  #lastSuccessAt: number | undefined;
  #lastError: MoondreamReport['lastError'] = null;
  #isFailing = false;

  constructor(options: MoondreamClientOptions) {
    const { apiUrl = CLOUD_URL, apiKey, timeoutMs, ratePerSecond, redactor } = options;
    this.#options = options;
    this.#url = apiUrl;
    redactor.add(apiKey);
    this.#upstream = new Upstream({ url: apiUrl, apiKey, timeoutMs });
    this.#limiter = new RequestLimiter({ perSecond: ratePerSecond });
  }

  get isConfigured(): boolean {
    return this.#options.apiKey !== undefined || new URL(this.#url).hostname !== CLOUD_HOST;
  }

  /** @throws AppError `moondream-not-configured` */
  expectConfigured(): void {
    if (this.isConfigured) return;
    throw new AppError('moondream-not-configured', 'There is no key for Moondream and no server of your own');
  }

  /** Asks once. @throws AppError `moondream-*`, or an error of `body` or `spend` */
  async ask(question: Question): Promise<UpstreamAnswer> {
    this.expectConfigured();
    this.#loadingBreaker ??= this.#loadBreaker();
    const breaker = await this.#loadingBreaker;
    const answer = await breaker.run(() => this.#askOnce(question), question.signal);
    if (answer instanceof AppError) throw answer;
    return answer;
  }

  /** cockatiel costs memory: loaded with the first question. */
  async #loadBreaker(): Promise<CircuitBreaker> {
    const { CircuitBreaker } = await import('./circuit-breaker.ts');
    this.#breaker = new CircuitBreaker({ isOutage });
    return this.#breaker;
  }

  /** @returns an error when Moondream refused: it is there @throws when it is down or was not asked */
  async #askOnce({ skill, signal, body, spend }: Question): Promise<UpstreamAnswer | AppError> {
    const text = jsonText(await this.#complete(body, signal));
    await spend?.();
    try {
      const answer = await this.#upstream.post(skill, text, signal);
      this.#lastSuccessAt = Date.now();
      this.#isFailing = false;
      return answer;
    } catch (error) {
      // The caller has gone: that says nothing about Moondream.
      if (signal.aborted || !(error instanceof AppError)) throw error;
      this.#noteFailure(error);
      if (isOutage(error)) throw error;
      return error;
    }
  }

  report(): MoondreamReport {
    const { isConfigured } = this;
    const untested = this.#lastSuccessAt === undefined ? 'untested' : 'ok';
    const state = this.#isFailing ? 'failing' : untested;
    return {
      configured: isConfigured,
      state: isConfigured ? state : 'not-configured',
      server: isConfigured ? new URL(this.#url).host : null,
      model: this.#options.model ?? null,
      ratePerSecond: this.#options.ratePerSecond,
      waiting: this.#limiter.waiting,
      breaker: this.#breaker?.state ?? 'closed',
      lastSuccessAt: this.#lastSuccessAt === undefined ? null : new Date(this.#lastSuccessAt).toISOString(),
      lastError: this.#lastError,
    };
  }

  async #complete(body: Question['body'], signal: AbortSignal): Promise<Record<string, unknown>> {
    const fields = await body(await this.#limiter.take(signal));
    const { model } = this.#options;
    return model === undefined || 'model' in fields ? fields : { ...fields, model };
  }

  #noteFailure(error: AppError): void {
    if (error.code === 'moondream-rate-limited') this.#limiter.holdOff((error.retryAfter ?? 1) * 1000);
    this.#isFailing = isOutage(error);
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    const message = this.#options.redactor.redact(error.message);
    this.#lastError = { code: error.code, message, ...hint, at: new Date().toISOString() };
  }
}
