/** Moondream as the rest of the gateway asks it: within the limits of the key, and never in vain while it is down. */
import type { MoondreamReport, Skill } from '#shared/contract/moondream.ts';
import { AppError } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';
import { CircuitBreaker, type Pass } from './circuit-breaker.ts';
import { jsonText } from './json-text.ts';
import { RequestLimiter } from './request-limiter.ts';
import { Upstream, type UpstreamAnswer } from './upstream.ts';
import { isOutage } from './upstream-errors.ts';

/** How Moondream is reached. */
export interface MoondreamClientOptions {
  /** MOONDREAM_API_URL, without a trailing slash; undefined: the cloud. */
  apiUrl: string | undefined;
  /** MOONDREAM_API_KEY; without it the cloud is not asked, another server is. */
  apiKey: string | undefined;
  /** MOONDREAM_MODEL: sent as `model` where a request names none. */
  model: string | undefined;
  /** MOONDREAM_TIMEOUT_MS. */
  timeoutMs: number;
  /** MOONDREAM_RATE: requests per second over all. */
  ratePerSecond: number;
  redactor: Redactor;
  breaker?: CircuitBreaker;
  limiter?: RequestLimiter;
}

/** One question. */
export interface Question {
  skill: Skill;
  signal: AbortSignal;
  /** Gives the body when it is about to be sent; `hasWaited` says that time passed since it was asked. */
  body: (hasWaited: boolean) => Promise<Record<string, unknown>>;
  /** Called just before something is sent that costs; may throw. */
  spend?: (() => Promise<void> | void) | undefined;
}

const CLOUD_URL = 'https://api.moondream.ai/v1';
const CLOUD_HOST = 'api.moondream.ai';

/** Asks Moondream. */
export class MoondreamClient {
  readonly #options: MoondreamClientOptions;
  readonly #url: string;
  readonly #upstream: Upstream;
  readonly #breaker: CircuitBreaker;
  readonly #limiter: RequestLimiter;
  #lastSuccessAt: number | undefined;
  #lastError: MoondreamReport['lastError'] = null;
  #isFailing = false;

  constructor(options: MoondreamClientOptions) {
    const { apiUrl = CLOUD_URL, apiKey, timeoutMs, ratePerSecond, redactor } = options;
    this.#options = options;
    this.#url = apiUrl;
    redactor.add(apiKey);
    this.#upstream = new Upstream({ url: apiUrl, apiKey, timeoutMs });
    this.#breaker = options.breaker ?? new CircuitBreaker();
    this.#limiter = options.limiter ?? new RequestLimiter({ perSecond: ratePerSecond });
  }

  get isConfigured(): boolean {
    return this.#options.apiKey !== undefined || new URL(this.#url).hostname !== CLOUD_HOST;
  }

  /** @throws AppError `moondream-not-configured` */
  expectConfigured(): void {
    if (this.isConfigured) return;
    throw new AppError('moondream-not-configured', 'There is no key for Moondream and no server of your own');
  }

  /** Asks once. @throws AppError `moondream-*`, or the error of making the body or of spending */
  async ask({ skill, signal, body, spend }: Question): Promise<UpstreamAnswer> {
    this.expectConfigured();
    const pass = this.#breaker.enter();
    try {
      const text = jsonText(await this.#complete(body, signal));
      await spend?.();
      return await this.#post(skill, text, signal, pass);
    } finally {
      pass.abandon();
    }
  }

  async #post(skill: Skill, text: string, signal: AbortSignal, pass: Pass): Promise<UpstreamAnswer> {
    try {
      const answer = await this.#upstream.post(skill, text, signal);
      pass.succeed();
      this.#lastSuccessAt = Date.now();
      this.#isFailing = false;
      return answer;
    } catch (error) {
      // The caller has gone: that says nothing about Moondream.
      if (!signal.aborted) this.#noteFailure(error, pass);
      throw error;
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
      breaker: this.#breaker.state,
      lastSuccessAt: this.#lastSuccessAt === undefined ? null : new Date(this.#lastSuccessAt).toISOString(),
      lastError: this.#lastError,
    };
  }

  async #complete(body: Question['body'], signal: AbortSignal): Promise<Record<string, unknown>> {
    const fields = await body(await this.#limiter.take(signal));
    const { model } = this.#options;
    return model === undefined || 'model' in fields ? fields : { ...fields, model };
  }

  #noteFailure(error: unknown, pass: Pass): void {
    if (!(error instanceof AppError)) return;
    if (isOutage(error)) pass.fail(error);
    // It refuses, so it is there.
    else pass.succeed();
    if (error.code === 'moondream-rate-limited') this.#limiter.holdOff((error.retryAfter ?? 1) * 1000);
    this.#isFailing = isOutage(error);
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    const message = this.#options.redactor.redact(error.message);
    this.#lastError = { code: error.code, message, ...hint, at: new Date().toISOString() };
  }
}
