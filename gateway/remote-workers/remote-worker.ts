/** One remote worker: its lease is renewed every second, and by the answers the gateway knows how it is. */
import type { Clock } from '#shared/clock.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import { PeriodicJob } from '#shared/periodic-job.ts';
import { NO_LABELS } from '#shared/worker-labels.ts';
import { LEASE_MS, LEASE_PATH, type LeaseAnswer, leaseAnswerSchema, RENEW_MS } from '#shared/worker-lease.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';
import { call } from '../worker-access/client.ts';
import type { WorkerAddress, WorkerTarget } from '../worker-access/worker-address.ts';
import { codeOf } from '../worker-access/worker-error.ts';
import type { WorkerLink } from '../worker-access/worker-link.ts';
import { tlsLink } from './tls-link.ts';

export interface RemoteWorkerOptions {
  /** `http://10.0.0.7:8082` */
  origin: string;
  token: string;
  /** Term of this gateway as the keeper of a worker; undefined: another gateway keeps it. */
  termOf: (worker: string) => number | undefined;
  /** Something about it changed. */
  onChange: (worker: RemoteWorker) => void;
  /** It does not answer, or no longer for the reason that was told. */
  onTrouble?: (worker: RemoteWorker, reason: string) => void;
  /** It broke over cameras before it started anew. */
  onBroken: (broken: { name: string; reason: 'exit'; suspects: readonly string[] }) => void;
  /** Between renewals. */
  clock?: Clock;
}

/** The next renewal is due a second later: an answer that takes longer than this counts as none, milliseconds. */
const ANSWER_MS = 2000;
/** One lost answer is no sign of death. */
const MAX_FAILURES = 2;

/** Runs from start to close. */
export class RemoteWorker {
  readonly origin: string;
  readonly #options: RemoteWorkerOptions;
  readonly #job: PeriodicJob;
  readonly #link: WorkerLink | undefined;
  #state: WorkerStatus['state'] = 'starting';
  #since = new Date();
  #answer: LeaseAnswer | undefined;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #epoch = 0;
  /** Why it does not answer, as it was told. */
  #trouble: string | undefined;
  #cpu: number | undefined;

  constructor(options: RemoteWorkerOptions) {
    this.#options = options;
    this.origin = options.origin;
    this.#link = tlsLink(options.origin);
    this.#job = new PeriodicJob({
      run: (signal) => this.#renew(signal),
      onError: (error) => this.#onFailure(error),
      everyMs: RENEW_MS,
      ...(options.clock && { clock: options.clock }),
    });
  }

  start(): void {
    this.#job.start();
  }

  async close(): Promise<void> {
    await this.#job.close();
    this.#link?.kept.destroy();
  }

  probeNow(): void {
    this.#job.runNow();
  }

  /** As it calls itself; undefined until it answers. */
  get name(): string | undefined {
    return this.#answer?.name;
  }

  /** What it said of itself last. */
  get answer(): LeaseAnswer | undefined {
    return this.#answer;
  }

  /** Time since its last answer, milliseconds. */
  get silentMs(): number {
    return performance.now() - this.#answeredAt;
  }

  /** While it is ready. */
  get address(): WorkerAddress | undefined {
    if (this.#state !== 'ready') return undefined;
    return { ...this.#target(), epoch: this.#epoch, isRemote: true, details: {} };
  }

  /** Whether it answers, with a lease or without: it gets one only from the gateway that keeps it. */
  get isAnswering(): boolean {
    return this.#state === 'ready' || this.#state === 'unready';
  }

  /** Whether it said that it ends: others take its cameras meanwhile. */
  get isEnding(): boolean {
    return this.#answer?.isEnding === true;
  }

  /** Whether its lease must be over: it may have been cut off, and gave up what it ran. */
  get isLost(): boolean {
    return this.#state !== 'ready' && this.silentMs > LEASE_MS + RENEW_MS;
  }

  status(): WorkerStatus {
    const { rss, labels = NO_LABELS } = this.#answer ?? {};
    return {
      name: this.name ?? new URL(this.origin).host,
      state: this.#state,
      kind: 'remote',
      isRequired: false,
      port: Number(new URL(this.origin).port) || undefined,
      pid: undefined,
      epoch: this.#epoch,
      restarts: Math.max(0, this.#epoch - 1),
      recycles: 0,
      since: this.#since.toISOString(),
      flapping: false,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(rss === undefined ? {} : { rss }),
      ...(this.#cpu === undefined ? {} : { cpu: this.#cpu }),
    };
  }

  #target(): WorkerTarget {
    const name = this.name ?? this.origin;
    const term = this.#answer === undefined ? undefined : this.#options.termOf(this.#answer.name);
    return {
      ...{ name, token: this.#options.token },
      // Over a link, TLS is its business.
      origin: this.origin.replace(/^https:/, 'http:'),
      ...(this.#link === undefined ? {} : { link: this.#link }),
      ...(term === undefined ? {} : { term }),
    };
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const known = this.#answer;
    const hadFailed = this.#failures > 0;
    const target = this.#target();
    const common = { path: LEASE_PATH, schema: leaseAnswerSchema, signal, timeoutMs: ANSWER_MS };
    const renewed =
      known === undefined || target.term === undefined
        ? undefined
        : await call(target, {
            ...common,
            method: 'PUT',
            json: { term: target.term, since: this.#failures === 0 ? known.clock : null, ttlMs: LEASE_MS },
          }).catch(expectRefusal);
    const answer = renewed ?? (await call(target, { ...common, method: 'GET' }));
    this.#onAnswer(answer, known);
    // The lease begins, and after a failure goes on, with the second answer: in a second it may be over.
    const isDue = hadFailed || !answer.isHeld;
    const mayRenew = known === undefined || renewed !== undefined || target.term === undefined;
    if (isDue && mayRenew && this.#options.termOf(answer.name) !== undefined) this.#job.runNow();
  }

  #onAnswer(answer: LeaseAnswer, before: LeaseAnswer | undefined): void {
    const isOther = before?.instance !== answer.instance;
    const now = performance.now();
    if (!isOther && before.cpuMs !== undefined && answer.cpuMs !== undefined)
      this.#cpu = Math.round(((answer.cpuMs - before.cpuMs) / (now - this.#answeredAt)) * 100) / 100;
    this.#answer = answer;
    this.#answeredAt = now;
    this.#failures = 0;
    this.#trouble = undefined;
    // A process that gave its cameras up must be told everything anew, as another process must.
    if (isOther || before?.lapses !== answer.lapses) {
      this.#setState('unready');
      this.#epoch += isOther ? 1 : 0;
    }
    this.#setState(answer.isHeld ? 'ready' : 'unready');
    if (answer.isEnding !== before?.isEnding) this.#options.onChange(this);
    if (isOther && answer.suspects.length > 0)
      this.#options.onBroken({ name: answer.name, reason: 'exit', suspects: answer.suspects });
  }

  #onFailure(error: unknown): void {
    this.#failures += 1;
    if (this.#failures >= MAX_FAILURES) {
      this.#tell(reasonOf(error));
      this.#setState(this.#answer === undefined ? 'starting' : 'lost');
    }
    // A worker that is lost stays in the list until its lease is over for certain.
    this.#options.onChange(this);
  }

  #tell(reason: string): void {
    if (reason === this.#trouble) return;
    this.#trouble = reason;
    this.#options.onTrouble?.(this, reason);
  }

  #setState(state: WorkerStatus['state']): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = new Date();
    this.#options.onChange(this);
  }
}

/** In words for the operator: why there was no answer, down to the certificate or the refused connection. */
function reasonOf(error: unknown): string {
  if (codeOf(error) === 'unauthorized') return 'it does not take the WORKER_SECRET of this gateway';
  const { cause } = error as Error;
  const isOfConnection = codeOf(error) !== 'worker-timeout' && codeOf(cause) !== undefined;
  return isOfConnection ? messageOf(cause) : messageOf(error);
}

/** Another gateway keeps the worker now, which this one may not know: its pictures are served here all the same. */
function expectRefusal(error: unknown): undefined {
  if (!(error instanceof AppError) || error.code !== 'stale-order') throw error;
}
