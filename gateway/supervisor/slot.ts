/** One slot of the pool: keeps one worker running, whatever happens to its processes. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pRetry from 'p-retry';
import type { Logger } from '#shared/logger.ts';
import { EXIT_BAD_SETTINGS } from '#shared/settings.ts';
import { EXIT_PORT_TAKEN, type ReadyMessage, WORKER_ENV } from '#shared/worker-protocol.ts';
import { MessageBox, StartDeadline } from './bring-up.ts';
import { LivenessWatch } from './liveness-watch.ts';
import { LogForwarder } from './log-forwarder.ts';
import type { PortAllocator } from './port-allocator.ts';
import { type ProbeTarget, probeLiveness } from './probes.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { RunRegistry } from './run-registry.ts';
import { StateMachine, type WorkerState } from './state-machine.ts';
import { type WorkerExit, WorkerProcess } from './worker-process.ts';
import type { WorkerSpec } from './worker-spec.ts';

/** What `/health` tells of a slot. */
export interface WorkerStatus {
  name: string;
  state: WorkerState;
  isRequired: boolean;
  port: number | undefined;
  pid: number | undefined;
  /** Counts the spawns. */
  epoch: number;
  /** Spawns after the first. */
  restarts: number;
  /** Orderly replacements among them. */
  recycles: number;
  /** When the state was entered, ISO 8601. */
  since: string;
  flapping: boolean;
  lastExit?: { code: number | null; signal: string | null; at: string };
  /** Milliseconds to the next attempt while none runs. */
  retryAfterMs?: number;
  /** Resident set size at the last probe, bytes. */
  rss?: number;
}

/** Where to reach a worker that is ready. */
export interface WorkerAddress {
  name: string;
  origin: string;
  token: string;
  epoch: number;
  details: Record<string, number>;
}

/** What a slot is made of. */
export interface SlotOptions {
  spec: WorkerSpec;
  ports: PortAllocator;
  registry: RunRegistry;
  /** The part of our environment that workers may see. */
  baseEnv: Record<string, string>;
  log: Logger;
  onReady: (address: WorkerAddress) => void;
  onDown: (name: string) => void;
}

type EndReason = 'stop' | 'restart' | 'start-timeout' | 'liveness' | 'recycle' | 'exit';

interface Life {
  exit: WorkerExit;
  reason: EndReason;
  readyMs: number;
}

const MAX_PORT_MOVES = 3;
const EXIT_LOG_LINES = 50;

/** Runs until {@link Slot.stop}. */
export class Slot {
  readonly #options: SlotOptions;
  readonly #log: Logger;
  readonly #machine: StateMachine;
  readonly #policy: RestartPolicy;
  readonly #forwarder: LogForwarder;
  readonly #stopping = new AbortController();
  #wake = new AbortController();
  #endLife = new AbortController();
  #running: Promise<void> | undefined;
  #process: WorkerProcess | undefined;
  #watch: LivenessWatch | undefined;
  #address: WorkerAddress | undefined;
  #epoch = 0;
  #recycles = 0;
  #portMoves = 0;
  #lastRecycleAt = Number.NEGATIVE_INFINITY;
  #lastExit: WorkerStatus['lastExit'];
  #retryAt: number | undefined;
  #rss: number | undefined;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#log = options.log.child({ worker: options.spec.name });
    this.#forwarder = new LogForwarder(this.#log);
    this.#policy = new RestartPolicy(options.spec.restart);
    this.#machine = new StateMachine((state, previous) => this.#onState(state, previous));
  }

  get name(): string {
    return this.#options.spec.name;
  }

  /** Where the worker is, while it is ready. */
  get address(): WorkerAddress | undefined {
    return this.#machine.state === 'ready' ? this.#address : undefined;
  }

  status(): WorkerStatus {
    const now = performance.now();
    return {
      name: this.name,
      state: this.#machine.state,
      isRequired: this.#options.spec.isRequired,
      port: this.#options.ports.current(this.name),
      pid: this.#process?.pid,
      epoch: this.#epoch,
      restarts: Math.max(0, this.#epoch - 1),
      recycles: this.#recycles,
      since: this.#machine.since.toISOString(),
      flapping: this.#policy.isFlapping(now),
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
      ...(this.#retryAt === undefined ? {} : { retryAfterMs: Math.max(0, Math.round(this.#retryAt - now)) }),
      ...(this.#rss === undefined ? {} : { rss: this.#rss }),
    };
  }

  /** Starts keeping the worker; does not wait for it. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops the worker for good. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    this.#endLife.abort('stop' satisfies EndReason);
    await this.#running;
  }

  /** Kills whatever runs, at once and without waiting: the last resort of a process that must end. */
  kill(): void {
    this.#process?.kill();
  }

  /** Replaces the worker now; also ends a crash loop's long waits. */
  restart(): void {
    this.#policy.reset();
    this.#wake.abort();
    this.#endLife.abort('restart' satisfies EndReason);
  }

  /** Probes now: somebody found the worker not answering. */
  kick(): void {
    this.#watch?.kick();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const life = await this.#live();
      if (this.#stopping.signal.aborted) break;
      await this.#waitAfter(life);
    }
    this.#machine.to('stopped');
  }

  async #live(): Promise<Life> {
    this.#endLife = new AbortController();
    if (this.#stopping.signal.aborted) this.#endLife.abort('stop' satisfies EndReason);
    this.#machine.to('spawning');
    const target = this.#nextTarget();
    const messages = new MessageBox();
    const worker = this.#spawn(target, messages);
    this.#process = worker;
    this.#rss = undefined;
    let readyAt: number | undefined;
    void worker.exited.then(() => this.#endLife.abort('exit' satisfies EndReason));
    if (worker.pid !== undefined) {
      this.#machine.to('starting');
      this.#options.registry.record(this.name, {
        pid: worker.pid,
        instance: target.instance,
        port: target.port,
      });
      const ready = await this.#bringUp(target, messages);
      if (ready !== undefined) {
        readyAt = performance.now();
        await this.#serve(target, ready);
      }
    }
    const exit = await this.#end(worker);
    this.#options.registry.forget(this.name);
    return {
      exit,
      reason: this.#endLife.signal.reason as EndReason,
      readyMs: readyAt === undefined ? 0 : performance.now() - readyAt,
    };
  }

  #nextTarget(): ProbeTarget {
    const { ports, spec } = this.#options;
    const port = ports.current(this.name) ?? ports.next(this.name, spec.ports);
    this.#epoch += 1;
    return { port, instance: randomBytes(16).toString('hex'), token: randomBytes(32).toString('hex') };
  }

  #spawn(target: ProbeTarget, messages: MessageBox): WorkerProcess {
    const { spec, baseEnv } = this.#options;
    return new WorkerProcess({
      entry: spec.entry,
      env: {
        ...baseEnv,
        ...spec.env,
        [WORKER_ENV.name]: spec.name,
        [WORKER_ENV.port]: String(target.port),
        [WORKER_ENV.instance]: target.instance,
        [WORKER_ENV.epoch]: String(this.#epoch),
        [WORKER_ENV.token]: target.token,
      },
      onMessage: (message) => messages.push(message),
      onOutput: (stream) => this.#forwarder.follow(stream),
    });
  }

  /** Waits for `ready` and for the right process to answer. @returns undefined when the life ended first */
  async #bringUp(target: ProbeTarget, messages: MessageBox): Promise<ReadyMessage | undefined> {
    const { timings } = this.#options.spec;
    const { signal } = this.#endLife;
    const deadline = new StartDeadline(timings, () =>
      this.#endLife.abort('start-timeout' satisfies EndReason),
    );
    messages.onExtend = (ms) => deadline.extend(ms);
    try {
      const ready = await Promise.race([messages.ready, aborted(signal)]);
      if (ready === undefined) return undefined;
      await pRetry(() => probeLiveness(target, timings.livenessTimeoutMs), {
        retries: Number.POSITIVE_INFINITY,
        factor: 1,
        minTimeout: timings.readyPollMs,
        signal,
      });
      return ready;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      deadline.clear();
    }
  }

  async #serve(target: ProbeTarget, ready: ReadyMessage): Promise<void> {
    this.#portMoves = 0;
    this.#address = {
      name: this.name,
      origin: `http://127.0.0.1:${ready.port}`,
      token: target.token,
      epoch: this.#epoch,
      details: ready.details,
    };
    this.#machine.to('ready');
    this.#watch = new LivenessWatch(target, this.#options.spec, {
      onAlive: ({ rss }) => {
        this.#rss = rss;
      },
      onReadiness: (isReady) => this.#machine.to(isReady ? 'ready' : 'unready'),
      onFailedProbe: (failures, error) => this.#log.warn({ failures, err: error }, 'worker does not answer'),
      mayRecycle: () => performance.now() - this.#lastRecycleAt > this.#options.spec.timings.recycleEveryMs,
    });
    const verdict = await this.#watch.run(this.#endLife.signal);
    this.#watch = undefined;
    if (verdict !== undefined) this.#endLife.abort(verdict satisfies EndReason);
  }

  /** The stop ladder: asked, killed, given up. */
  async #end(worker: WorkerProcess): Promise<WorkerExit> {
    const reason = this.#endLife.signal.reason as EndReason;
    if (reason === 'exit' || worker.pid === undefined) {
      // What it started must not outlive it.
      worker.kill();
      return worker.exited;
    }
    const { timings } = this.#options.spec;
    const graceMs = reason === 'liveness' ? timings.hungStopMs : timings.stopMs;
    this.#machine.to('stopping');
    this.#log.info({ reason, pid: worker.pid }, 'worker is stopped');
    worker.stop(graceMs);
    if (await isOver(worker.exited, graceMs)) return worker.exited;
    this.#log.warn({ pid: worker.pid }, 'worker ignores the order to stop and is killed');
    worker.kill();
    if (!(await isOver(worker.exited, timings.lostMs))) {
      this.#machine.to('lost');
      this.#log.error({ pid: worker.pid }, 'worker survived SIGKILL');
      this.#options.ports.next(this.name, this.#options.spec.ports);
    }
    return worker.exited;
  }

  async #waitAfter(life: Life): Promise<void> {
    const { exit, reason } = life;
    this.#lastExit = { code: exit.code, signal: exit.signal, at: new Date().toISOString() };
    if (reason === 'recycle') {
      this.#recycles += 1;
      this.#lastRecycleAt = performance.now();
    }
    if (reason === 'recycle' || reason === 'restart' || this.#mayMovePort(exit)) return;
    const isFinal = exit.code === EXIT_BAD_SETTINGS;
    const { delayMs, hasFailed } = this.#policy.fail(performance.now(), life.readyMs, isFinal);
    this.#machine.to(hasFailed ? 'failed' : 'backoff');
    this.#report(life, delayMs, hasFailed);
    await this.#sleep(delayMs);
  }

  #mayMovePort(exit: WorkerExit): boolean {
    if (exit.code !== EXIT_PORT_TAKEN || this.#portMoves >= MAX_PORT_MOVES) return false;
    this.#portMoves += 1;
    const port = this.#options.ports.next(this.name, this.#options.spec.ports);
    this.#log.warn({ port }, 'port is taken, the next one is tried');
    return true;
  }

  #report({ exit, reason }: Life, delayMs: number, hasFailed: boolean): void {
    const facts = {
      code: exit.code,
      signal: exit.signal,
      error: exit.spawnError,
      reason,
      retryInMs: Math.round(delayMs),
    };
    if (!hasFailed) {
      this.#log.warn(facts, 'worker died and is started again');
      return;
    }
    const lastLines = this.#forwarder.lastLines.slice(-EXIT_LOG_LINES);
    this.#log.error({ ...facts, lastLines }, 'worker keeps failing; one attempt is made now and then');
  }

  async #sleep(ms: number): Promise<void> {
    this.#wake = new AbortController();
    if (this.#stopping.signal.aborted) return;
    this.#retryAt = performance.now() + ms;
    await delay(ms, undefined, { signal: this.#wake.signal }).catch(() => {});
    this.#retryAt = undefined;
  }

  #onState(state: WorkerState, previous: WorkerState): void {
    this.#log.debug({ state, previous }, 'worker state');
    if (state === 'ready') this.#options.onReady(this.#address as WorkerAddress);
    else if (previous === 'ready') this.#options.onDown(this.name);
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

async function isOver(exited: Promise<unknown>, withinMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(withinMs, false, { signal: timer.signal }).catch(() => false);
  const over = await Promise.race([exited.then(() => true), late]);
  timer.abort();
  return over;
}
