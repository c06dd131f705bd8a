/** Keeps one worker running across the exits of its processes. */
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { Pause } from '../jobs/pause.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { LogForwarder } from './log-forwarder.ts';
import type { PortAllocator } from './port-allocator.ts';
import type { ProbeTarget } from './probes.ts';
import { RestartBookkeeper } from './restart-bookkeeper.ts';
import type { RestartDecision } from './restart-policy.ts';
import type { RunRegistry } from './run-registry.ts';
import { StateMachine, type WorkerState } from './state-machine.ts';
import { type LifeResult, WorkerLife } from './worker-life.ts';
import type { WorkerProcess } from './worker-process.ts';
import type { WorkerSpec } from './worker-spec.ts';
import type { EndReason, WorkerStatus } from './worker-status.ts';

export type { WorkerStatus } from './worker-status.ts';

/** What all slots of a pool share. */
export interface SlotContext {
  ports: PortAllocator;
  registry: RunRegistry;
  /** The part of the environment that workers see. */
  baseEnv: Record<string, string>;
  log: Logger;
  /** Learns worker tokens so that no log line shows one. */
  redactor?: Redactor;
  /** Node binary for the workers; `process.execPath` by default. */
  node?: string;
  /** Command prefix before `node`; read at every spawn. */
  launcher: () => Promise<readonly string[]>;
  onReady: (address: WorkerAddress) => void;
  onDown: (name: string) => void;
  onBroken: (broken: BrokenWorker) => void;
}

/** A worker that ended by something that the work on a camera may have caused. */
export interface BrokenWorker {
  name: string;
  reason: EndReason;
  /** Cameras that it was working on; at least one. */
  suspects: readonly string[];
}

/** Output lines in the report of a crash loop. */
const REPORTED_LINES = 50;

/** Runs until {@link Slot.stop}. */
export class Slot {
  readonly #spec: WorkerSpec;
  readonly #context: SlotContext;
  readonly #log: Logger;
  readonly #machine: StateMachine;
  readonly #bookkeeper: RestartBookkeeper;
  readonly #forwarder: LogForwarder;
  readonly #pause = new Pause();
  readonly #lost = Promise.withResolvers<void>();
  readonly #spawned = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #isStopping = false;
  #life: WorkerLife | undefined;
  #forgetToken: () => void = () => {};
  #epoch = 0;
  #port: number | undefined;
  #lastExit: WorkerStatus['lastExit'];
  #retryAt: number | undefined;

  constructor(spec: WorkerSpec, context: SlotContext) {
    this.#spec = spec;
    this.#context = context;
    this.#log = context.log.child({ worker: spec.name });
    this.#forwarder = new LogForwarder(this.#log);
    this.#bookkeeper = new RestartBookkeeper(spec, () => this.#movePort());
    this.#machine = new StateMachine((state, previous) => this.#onState(state, previous));
  }

  get name(): string {
    return this.#spec.name;
  }

  /** Resolves when its first process runs, or could not be started. */
  get spawned(): Promise<void> {
    return this.#spawned.promise;
  }

  /** Address of the worker; undefined unless it is ready. */
  get address(): WorkerAddress | undefined {
    return this.#machine.state === 'ready' ? this.#life?.address : undefined;
  }

  status(): WorkerStatus {
    const now = performance.now();
    const { rss, cpu, decoder, slowed = [] } = this.#life ?? {};
    return {
      name: this.name,
      kind: 'child',
      state: this.#machine.state,
      isRequired: this.#spec.isRequired,
      port: this.#port,
      pid: this.#life?.pid,
      epoch: this.#epoch,
      restarts: Math.max(0, this.#epoch - 1 - this.#bookkeeper.quickMoves),
      recycles: this.#bookkeeper.recycles,
      since: this.#machine.since.toISOString(),
      flapping: this.#bookkeeper.isFlapping,
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
      ...(this.#retryAt === undefined ? {} : { retryAfterMs: Math.max(0, Math.round(this.#retryAt - now)) }),
      ...(rss === undefined ? {} : { rss }),
      ...(cpu === undefined ? {} : { cpu }),
      ...(decoder === undefined ? {} : { decoder }),
      ...(slowed.length === 0 ? {} : { slowed }),
    };
  }

  /** Starts the worker; does not wait. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops the worker permanently; resolves when it has exited or cannot be killed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#life?.end('stop');
    this.#pause.end();
    await Promise.race([this.#running, this.#lost.promise]);
  }

  /** Kills the process immediately, without waiting: the last resort of a gateway that must exit. */
  kill(): void {
    this.#isStopping = true;
    this.#life?.kill();
  }

  /** Replaces the worker immediately and resets its failure counters. */
  restart(): void {
    this.#bookkeeper.reset();
    this.#life?.end('restart');
    if (this.#retryAt !== undefined) this.#retryAt = performance.now();
    this.#pause.end();
  }

  /** Probes immediately: a caller found the worker not answering. */
  probeNow(): void {
    this.#life?.probeNow();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const result = await this.#live();
      this.#reportSuspects(result);
      this.#lastExit = { code: result.exit.code, signal: result.exit.signal, at: new Date().toISOString() };
      if (!this.#isStopping) await this.#recover(result);
    }
    this.#machine.to('stopped');
  }

  #reportSuspects({ reason, suspects }: LifeResult): void {
    if (suspects.length > 0) this.#context.onBroken({ name: this.name, reason, suspects });
  }

  async #live(): Promise<LifeResult> {
    this.#machine.to('spawning');
    this.#epoch += 1;
    this.#port = this.#context.ports.assign(this.name, this.#spec.ports);
    const { baseEnv, node, launcher } = this.#context;
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
      mayRecycle: () => this.#bookkeeper.mayRecycle(),
    });
    this.#life = life;
    if (this.#isStopping) life.end('stop');
    const result = await life.run();
    this.#life = undefined;
    this.#forgetToken();
    this.#context.registry.forget(this.name);
    return result;
  }

  #onSpawn(worker: WorkerProcess, { instance, port, token }: ProbeTarget): void {
    this.#context.registry.record(this.name, { pid: worker.pid as number, instance, port });
    this.#forgetToken = this.#context.redactor?.add(token) ?? (() => {});
    this.#forwarder.follow(worker.stdout, 'info');
    this.#forwarder.follow(worker.stderr, 'warn');
  }

  /** Waits until the restart is due. */
  async #recover(result: LifeResult): Promise<void> {
    const decision = this.#bookkeeper.after(result);
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
    const port = this.#context.ports.next(this.name, this.#spec.ports);
    this.#log.warn({ taken, port }, 'port is taken, trying the next one');
  }

  #report({ exit, reason }: LifeResult, { delayMs, hasFailed }: RestartDecision): void {
    const facts = { ...exit, reason, retryInMs: Math.round(delayMs) };
    if (hasFailed) {
      const lastLines = this.#forwarder.lastLines.slice(-REPORTED_LINES);
      this.#log.error({ ...facts, lastLines }, 'worker keeps failing; retrying at long intervals');
    } else {
      this.#log.warn(facts, 'worker exited and is restarted');
    }
  }

  #onState(state: WorkerState, previous: WorkerState): void {
    this.#log.debug({ state, previous }, 'worker state');
    if (state !== 'spawning') this.#spawned.resolve();
    if (state === 'lost') {
      // The lost process may still hold its port.
      this.#context.ports.next(this.name, this.#spec.ports);
      this.#lost.resolve();
    }
    if (previous === 'ready') this.#context.onDown(this.name);
    const address = this.address;
    if (address === undefined) return;
    this.#bookkeeper.onReady();
    this.#port = Number(new URL(address.origin).port);
    this.#context.onReady(address);
  }
}
