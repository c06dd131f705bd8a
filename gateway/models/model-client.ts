/** Asks one model server within the rate of its key, and not while it is down. */
import type { ModelServerReport } from '#shared/contract/model-server.ts';
import { AppError } from '#shared/errors.ts';
import type { Redactor } from '#shared/redact.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { jsonText } from './json-text.ts';
import { RequestLimiter } from './request-limiter.ts';
import { Upstream, type UpstreamAnswer } from './upstream.ts';
import { isOutage } from './upstream-errors.ts';
import type { Vendor } from './vendor.ts';

/** Which server is asked; may change while the gateway runs. */
export interface ModelServer {
  /** Without a trailing slash; undefined: no server is asked. */
  url: string | undefined;
  apiKey: string | undefined;
  /** Default `model` of requests. */
  model: string | undefined;
}

export interface ModelClientOptions {
  vendor: Vendor;
  server: ModelServer;
  timeoutMs: number;
  /** Requests per second of this gateway. */
  ratePerSecond: number;
  redactor: Redactor;
}

/** One question. */
export interface Question {
  /** Path below the server's URL. */
  path: string;
  signal: AbortSignal;
  /** Builds the body immediately before it is sent; `hasWaited`: the limiter delayed the request. */
  body: (hasWaited: boolean) => Promise<Record<string, unknown>>;
  /** Called immediately before a request that costs money; may throw. */
  spend?: (() => Promise<void> | void) | undefined;
}

/** Asks one model server. */
export class ModelClient {
  readonly #options: ModelClientOptions;
  readonly #limiter: RequestLimiter;
  #server: ModelServer;
  #upstream: Upstream;
  #forget: () => void = () => {};
  #breaker: CircuitBreaker | undefined;
  #lastSuccessAt: number | undefined;
  #lastError: ModelServerReport['lastError'] = null;
  #isFailing = false;

  constructor(options: ModelClientOptions) {
    this.#options = options;
    this.#limiter = new RequestLimiter({ vendor: options.vendor, perSecond: options.ratePerSecond });
    this.#server = options.server;
    this.#upstream = this.#connect(options.server);
  }

  get isConfigured(): boolean {
    return this.#server.url !== undefined;
  }

  /** The server that is asked. */
  get server(): ModelServer {
    return this.#server;
  }

  /** Asks another server from the next question on; what is known of the one before is forgotten. */
  use(server: ModelServer): void {
    this.#upstream = this.#connect(server);
    this.#server = server;
    this.#breaker = undefined;
    this.#lastSuccessAt = undefined;
    this.#lastError = null;
    this.#isFailing = false;
  }

  /** Forgets the key of its server, which nothing asks any more. */
  close(): void {
    this.#forget();
  }

  /** @throws AppError `*-not-configured` */
  expectConfigured(): void {
    if (this.isConfigured) return;
    const { code, name } = this.#options.vendor;
    throw new AppError(
      `${code}-not-configured`,
      `${name} is not set up: there is neither a key nor a server`,
    );
  }

  /** Asks once. @throws AppError `moondream-*`, `vlm-*`, or an error of `body` or `spend` */
  async ask(question: Question): Promise<UpstreamAnswer> {
    this.expectConfigured();
    const breaker = await this.#loadBreaker();
    const answer = await breaker.run(() => this.#askOnce(question), question.signal);
    if (answer instanceof AppError) throw answer;
    return answer;
  }

  /** Reads JSON that costs nothing. @param path below the URL @throws AppError `moondream-*`, `vlm-*` */
  get(path: string, signal: AbortSignal): Promise<Record<string, unknown>> {
    this.expectConfigured();
    return this.#upstream.get(path, signal);
  }

  report(): ModelServerReport {
    const { isConfigured } = this;
    const { url, model } = this.#server;
    const untested = this.#lastSuccessAt === undefined ? 'untested' : 'ok';
    const state = this.#isFailing ? 'failing' : untested;
    return {
      configured: isConfigured,
      state: isConfigured ? state : 'not-configured',
      server: url === undefined ? null : new URL(url).host,
      model: model ?? null,
      ratePerSecond: this.#options.ratePerSecond,
      waiting: this.#limiter.waiting,
      breaker: this.#breaker?.state ?? 'closed',
      lastSuccessAt: this.#lastSuccessAt === undefined ? null : new Date(this.#lastSuccessAt).toISOString(),
      lastError: this.#lastError,
    };
  }

  #connect({ url = '', apiKey }: ModelServer): Upstream {
    const { vendor, timeoutMs, redactor } = this.#options;
    const forget = this.#forget;
    this.#forget = redactor.add(apiKey);
    forget();
    return new Upstream({ vendor, url, apiKey, timeoutMs });
  }

  /** cockatiel costs memory: loaded with the first question. */
  async #loadBreaker(): Promise<CircuitBreaker> {
    const { CircuitBreaker } = await import('./circuit-breaker.ts');
    this.#breaker ??= new CircuitBreaker({ vendor: this.#options.vendor, isOutage });
    return this.#breaker;
  }

  /** @returns an error when the server refused: it is there @throws when it is down or was not asked */
  async #askOnce({ path, signal, body, spend }: Question): Promise<UpstreamAnswer | AppError> {
    const text = jsonText(await this.#complete(body, signal));
    await spend?.();
    try {
      const answer = await this.#upstream.post(path, text, signal);
      this.#lastSuccessAt = Date.now();
      this.#isFailing = false;
      return answer;
    } catch (error) {
      // The caller has gone: that says nothing about the server.
      if (signal.aborted || !(error instanceof AppError)) throw error;
      this.#noteFailure(error);
      if (isOutage(error)) throw error;
      return error;
    }
  }

  async #complete(body: Question['body'], signal: AbortSignal): Promise<Record<string, unknown>> {
    const fields = await body(await this.#limiter.take(signal));
    const { model } = this.#server;
    return model === undefined || 'model' in fields ? fields : { ...fields, model };
  }

  #noteFailure(error: AppError): void {
    if (error.code.endsWith('-rate-limited')) this.#limiter.holdOff((error.retryAfter ?? 1) * 1000);
    this.#isFailing = isOutage(error);
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    const message = this.#options.redactor.redact(error.message);
    this.#lastError = { code: error.code, message, ...hint, at: new Date().toISOString() };
  }
}
