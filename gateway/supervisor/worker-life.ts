/** One worker process from spawn to exit. It is never restarted; a new life is. */
import { randomBytes } from 'node:crypto';
import type { Logger } from '#shared/logger.ts';
import { type Livez, type ReadyMessage, WORKER_ENV } from '#shared/worker-protocol.ts';
import { settlesWithin } from '../jobs/pause.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { MessageBox, StartDeadline, waitUntilReady } from './bring-up.ts';
import { LivenessWatch } from './liveness-watch.ts';
import { LoadMeter } from './load-meter.ts';
import { MemoryGuard } from './memory-guard.ts';
import type { ProbeTarget } from './probes.ts';
import type { WorkerState } from './state-machine.ts';
import { suspectsOf } from './suspects.ts';
import { TrailFile } from './trail-file.ts';
import { WorkerProcess, type WorkerProcessOptions } from './worker-process.ts';
import type { WorkerSpec } from './worker-spec.ts';
import type { EndReason, WorkerExit } from './worker-status.ts';

/** How a process ended. */
export interface LifeResult {
  exit: WorkerExit;
  reason: EndReason;
  /** How long it was ready without a break at the end. */
  readyMs: number;
  /** Cameras whose work may have broken it; empty for an end that nothing points to. */
  suspects: readonly string[];
  /** Resolves when its last output has been read; never rejects. */
  drained: Promise<void>;
}

export interface LifeOptions extends Pick<WorkerProcessOptions, 'launcher' | 'node'> {
  spec: WorkerSpec;
  port: number;
  epoch: number;
  baseEnv: Record<string, string>;
  log: Logger;
  /** Called once, after a successful spawn. */
  onSpawn: (process: WorkerProcess, target: ProbeTarget) => void;
  /** Called for every state from `starting` to `lost`, never after the exit. */
  onState: (state: WorkerState) => void;
  /** Whether a graceful replacement is allowed now. */
  mayRecycle: () => boolean;
}

/** Above this share of its limit a worker is killed immediately, without the pause between replacements. */
const HARD_LIMIT = 1.5;

/** Spawns, brings up, watches and ends one process. */
export class WorkerLife {
  readonly #options: LifeOptions;
  readonly #target: ProbeTarget;
  readonly #ending = new AbortController();
  #process: WorkerProcess | undefined;
  #watch: LivenessWatch | undefined;
  #address: WorkerAddress | undefined;
  #readyAt: number | undefined;
  #rss: number | undefined;
  #decoder: Livez['decoder'];
  #slowed: Livez['slowed'];
  readonly #load = new LoadMeter();

  constructor(options: LifeOptions) {
    this.#options = options;
    const instance = randomBytes(16).toString('hex');
    this.#target = { port: options.port, instance, token: randomBytes(32).toString('hex') };
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resident set size at the last probe, bytes. */
  get rss(): number | undefined {
    return this.#rss;
  }

  /** What decodes pictures, as of the last probe. */
  get decoder(): Livez['decoder'] {
    return this.#decoder;
  }

  /** Cameras that are shown slower than asked for, as of the last probe. */
  get slowed(): Livez['slowed'] {
    return this.#slowed;
  }

  /** Share of one core used between the last two probes. */
  get cpu(): number | undefined {
    return this.#load.share;
  }

  /** Address; undefined before the first ready. */
  get address(): WorkerAddress | undefined {
    return this.#address;
  }

  /** Ends it gracefully; only the first reason counts. */
  end(reason: EndReason): void {
    this.#ending.abort(reason);
  }

  /** Kills it immediately. */
  kill(): void {
    this.#process?.kill();
  }

  /** Probes immediately. */
  probeNow(): void {
    this.#watch?.probeNow();
  }

  /** Runs the process. Resolves after its exit. */
  async run(): Promise<LifeResult> {
    const trail = TrailFile.create();
    try {
      return await this.#runNoted(trail);
    } finally {
      trail?.close();
    }
  }

  async #runNoted(trail: TrailFile | undefined): Promise<LifeResult> {
    const messages = new MessageBox();
    const worker = this.#spawn(messages, trail?.descriptor);
    const { drained } = worker;
    if (worker.pid === undefined)
      return { exit: await worker.exited, reason: 'exit', readyMs: 0, suspects: [], drained };
    const guard = this.#guardMemory(worker.pid);
    void worker.exited.then(() => this.end('exit'));
    this.#options.onSpawn(worker, this.#target);
    this.#options.onState('starting');
    const ready = await this.#bringUp(messages);
    if (ready !== undefined) await this.#serve(ready);
    const readyMs = this.#readyAt === undefined ? 0 : performance.now() - this.#readyAt;
    const reason = this.#reason;
    // A worker that is ended from outside may finish its work meanwhile.
    const before = trail?.read();
    if (reason !== 'exit') await this.#stop(worker);
    const exit = await worker.exited;
    guard.stop();
    const suspects = suspectsOf(reason, exit, reason === 'exit' ? trail?.read() : before);
    // Its child processes must not outlive it.
    worker.kill();
    return { exit, reason, readyMs, suspects, drained };
  }

  get #reason(): EndReason {
    return this.#ending.signal.reason as EndReason;
  }

  #guardMemory(pid: number): MemoryGuard {
    const { maxRssBytes } = this.#options.spec;
    return new MemoryGuard(pid, {
      maxBytes: maxRssBytes * HARD_LIMIT,
      onExceeded: (rss) => {
        this.#options.log.error({ rss, maxRssBytes }, 'worker holds too much memory and is killed');
        this.end('memory');
      },
    });
  }

  #spawn(messages: MessageBox, descriptor: number | undefined): WorkerProcess {
    const { spec, baseEnv, epoch, launcher, node, log } = this.#options;
    this.#process = new WorkerProcess({
      entry: spec.entry,
      nodeFlags: spec.nodeFlags,
      launcher,
      ...(node === undefined ? {} : { node }),
      env: {
        ...baseEnv,
        ...spec.env,
        [WORKER_ENV.name]: spec.name,
        [WORKER_ENV.port]: String(this.#target.port),
        [WORKER_ENV.instance]: this.#target.instance,
        [WORKER_ENV.epoch]: String(epoch),
        [WORKER_ENV.token]: this.#target.token,
        ...(descriptor === undefined ? {} : { [WORKER_ENV.trail]: 'on' }),
      },
      descriptor,
      onMessage: (message) => messages.push(message),
      log,
    });
    return this.#process;
  }

  async #bringUp(messages: MessageBox): Promise<ReadyMessage | undefined> {
    const { timings } = this.#options.spec;
    const deadline = new StartDeadline(timings, () => this.end('start-timeout'));
    messages.onExtend = (ms) => deadline.extend(ms);
    try {
      return await waitUntilReady(this.#target, { messages, timings, signal: this.#ending.signal });
    } finally {
      deadline.clear();
    }
  }

  async #serve({ port, details }: ReadyMessage): Promise<void> {
    const { spec, log, epoch, mayRecycle } = this.#options;
    const { token } = this.#target;
    this.#address = {
      name: spec.name,
      origin: `http://127.0.0.1:${port}`,
      token,
      epoch,
      details,
      handOver: (connection, first) => this.#process?.handOver(connection, first) ?? false,
    };
    this.#onReadiness(true);
    this.#watch = new LivenessWatch({ ...this.#target, port }, spec, {
      onAlive: ({ rss, cpuMs, decoder, slowed }) => {
        this.#rss = rss;
        this.#decoder = decoder;
        this.#slowed = slowed;
        this.#load.add(cpuMs);
      },
      onReadiness: (isReady) => this.#onReadiness(isReady),
      onFailedProbe: (failures, reason) => log.warn({ failures, reason }, 'worker does not answer'),
      mayRecycle,
    });
    const verdict = await this.#watch.run(this.#ending.signal);
    this.#watch = undefined;
    if (verdict !== undefined) this.end(verdict);
  }

  #onReadiness(isReady: boolean): void {
    this.#readyAt = isReady ? performance.now() : undefined;
    this.#options.onState(isReady ? 'ready' : 'unready');
  }

  /** The stop ladder: SIGTERM, SIGKILL, lost. */
  async #stop(worker: WorkerProcess): Promise<void> {
    const { spec, log, onState } = this.#options;
    const reason = this.#reason;
    const graceMs = reason === 'liveness' ? spec.timings.hungStopMs : spec.timings.stopMs;
    onState('stopping');
    // It grows for as long as it lives.
    if (reason === 'memory') worker.kill();
    log.info({ reason, pid: worker.pid }, 'stopping worker');
    worker.stop(graceMs);
    if (await settlesWithin(worker.exited, graceMs)) return;
    log.warn({ pid: worker.pid }, 'worker ignores SIGTERM and is killed');
    worker.kill();
    if (await settlesWithin(worker.exited, spec.timings.lostMs)) return;
    log.error({ pid: worker.pid }, 'worker survived SIGKILL');
    onState('lost');
  }
}
