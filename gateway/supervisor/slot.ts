/** One slot of the pool: keeps one worker running, whatever happens to its processes. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { Pause } from '../jobs/pause.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { LogForwarder } from './log-forwarder.ts';
import type { PortAllocator } from './port-allocator.ts';
import type { ProbeTarget } from './probes.ts';
import type { RestartDecision } from './restart-policy.ts';
import type { RunRegistry } from './run-registry.ts';
import { StateMachine, type WorkerState } from './state-machine.ts';
import { Succession } from './succession.ts';
import { type LifeResult, WorkerLife } from './worker-life.ts';
import type { WorkerProcess } from './worker-process.ts';
import type { WorkerSpec } from './worker-spec.ts';
import type { WorkerStatus } from './worker-status.ts';

export type { WorkerStatus } from './worker-status.ts';

/** What every slot of a pool shares. */
export interface SlotSurroundings {
  ports: PortAllocator;
  registry: RunRegistry;
  /** The part of our environment that workers may see. */
  baseEnv: Record<string, string>;
  log: Logger;
  /** Learns the tokens of workers, so that no log line shows one. */
  redactor?: Redactor;
  /** The node binary that runs workers; ours by default. */
  node?: string;
  /** Words put before `node`; asked for at every spawn. */
  launcher: () => Promise<readonly string[]>;
  onReady: (address: WorkerAddress) => void;
  onDown: (name: string) => void;
}

/** Lines of output that a crash loop is reported with. */
const REPORTED_LINES = 50;

/** Runs until {@link Slot.stop}. */
export class Slot {
  readonly #spec: WorkerSpec;
  readonly #around: SlotSurroundings;
  readonly #log: Logger;
  readonly #machine: StateMachine;
  readonly #succession: Succession;
  readonly #forwarder: LogForwarder;
  readonly #pause = new Pause();
  readonly #lost = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #isStopping = false;
  #life: WorkerLife | undefined;
  #forgetToken: () => void = () => {};
  #epoch = 0;
  #port: number | undefined;
  #lastExit: WorkerStatus['lastExit'];
  #retryAt: number | undefined;

  constructor(spec: WorkerSpec, surroundings: SlotSurroundings) {
    this.#spec = spec;
    this.#around = surroundings;
    this.#log = surroundings.log.child({ worker: spec.name });
    this.#forwarder = new LogForwarder(this.#log);
    this.#succession = new Succession(spec, () => this.#movePort());
    this.#machine = new StateMachine((state, previous) => this.#onState(state, previous));
  }

  get name(): string {
    return this.#spec.name;
  }

  /** Where the worker is, while it is ready. */
  get address(): WorkerAddress | undefined {
    return this.#machine.state === 'ready' ? this.#life?.address : undefined;
  }

  status(): WorkerStatus {
    const now = performance.now();
    const { rss, cpu } = this.#life ?? {};
    return {
      name: this.name,
      state: this.#machine.state,
      isRequired: this.#spec.isRequired,
      port: this.#port,
      pid: this.#life?.pid,
      epoch: this.#epoch,
      restarts: Math.max(0, this.#epoch - 1 - this.#succession.quickMoves),
      recycles: this.#succession.recycles,
      since: this.#machine.since.toISOString(),
      flapping: this.#succession.isFlapping,
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
      ...(this.#retryAt === undefined ? {} : { retryAfterMs: Math.max(0, Math.round(this.#retryAt - now)) }),
      ...(rss === undefined ? {} : { rss }),
      ...(cpu === undefined ? {} : { cpu }),
    };
  }

  /** Starts keeping the worker; does not wait for it. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops the worker for good; resolves when it is gone, or cannot be killed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#life?.end('stop');
    this.#pause.end();
    await Promise.race([this.#running, this.#lost.promise]);
  }

  /** Kills whatever runs, at once and without waiting: the last resort of a process that must end. */
  kill(): void {
    this.#isStopping = true;
    this.#life?.kill();
  }

  /** Replaces the worker now; also ends a crash loop's long waits. */
  restart(): void {
    this.#succession.reset();
    this.#life?.end('restart');
    if (this.#retryAt !== undefined) this.#retryAt = performance.now();
    this.#pause.end();
  }

  /** Probes now: somebody found the worker not answering. */
  kick(): void {
    this.#life?.kick();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const result = await this.#live();
      this.#lastExit = { code: result.exit.code, signal: result.exit.signal, at: new Date().toISOString() };
      if (!this.#isStopping) await this.#recover(result);
    }
    this.#machine.to('stopped');
  }

  async #live(): Promise<LifeResult> {
    this.#machine.to('spawning');
    this.#epoch += 1;
    this.#port = this.#around.ports.assign(this.name, this.#spec.ports);
    const { baseEnv, node, launcher } = this.#around;
    const life = new WorkerLife({
      spec: this.#spec,
      port: this.#port,
      epoch: this.#epoch,
      launcher: await launcher(),
      baseEnv,
      ...(node === undefined ? {} : { node }),
      log: this.#log,
      onSpawn: (process, target) => this.#onSpawn(process, target),
      onState: (state) => this.#machine.to(state),
      mayRecycle: () => this.#succession.mayRecycle(),
    });
    this.#life = life;
    if (this.#isStopping) life.end('stop');
    const result = await life.run();
    this.#life = undefined;
    this.#forgetToken();
    this.#around.registry.forget(this.name);
    return result;
  }

  #onSpawn(worker: WorkerProcess, { instance, port, token }: ProbeTarget): void {
    this.#around.registry.record(this.name, { pid: worker.pid as number, instance, port });
    this.#forgetToken = this.#around.redactor?.add(token) ?? (() => {});
    this.#forwarder.follow(worker.stdout, 'info');
    this.#forwarder.follow(worker.stderr, 'warn');
  }

  /** Waits as long as the end of the last process calls for. */
  async #recover(result: LifeResult): Promise<void> {
    const decision = this.#succession.after(result);
    if (decision === undefined) return;
    this.#machine.to(decision.hasFailed ? 'failed' : 'backoff');
    this.#retryAt = performance.now() + decision.delayMs;
    await result.drained;
    this.#report(result, decision);
    if (!this.#isStopping) await this.#pause.wait(this.#retryAt - performance.now());
    this.#retryAt = undefined;
  }

  #movePort(): void {
    const taken = this.#port;
    const port = this.#around.ports.next(this.name, this.#spec.ports);
    this.#log.warn({ taken, port }, 'port is taken, the next one is tried');
  }

  #report({ exit, reason }: LifeResult, { delayMs, hasFailed }: RestartDecision): void {
    const facts = { ...exit, reason, retryInMs: Math.round(delayMs) };
    if (hasFailed) {
      const lastLines = this.#forwarder.lastLines.slice(-REPORTED_LINES);
      this.#log.error({ ...facts, lastLines }, 'worker keeps failing; one attempt is made now and then');
    } else {
      this.#log.warn(facts, 'worker died and is started again');
    }
  }

  #onState(state: WorkerState, previous: WorkerState): void {
    this.#log.debug({ state, previous }, 'worker state');
    if (state === 'lost') {
      // Its port may stay bound for as long as it stays.
      this.#around.ports.next(this.name, this.#spec.ports);
      this.#lost.resolve();
    }
    if (previous === 'ready') this.#around.onDown(this.name);
    const address = this.address;
    if (address === undefined) return;
    this.#succession.onReady();
    this.#port = Number(new URL(address.origin).port);
    this.#around.onReady(address);
  }
}
