/** Health of the gateway and its workers, from memory, so that it is available immediately. */
import type { Health, RtspService } from '#shared/contract/health.ts';
import type { WorkerStatus } from '../supervisor/worker-status.ts';

/** The used part of the pool. */
export interface HealthPool {
  status(): WorkerStatus[];
}

export interface GatewayHealthOptions {
  pool: HealthPool;
  /** Names of the workers that run cameras. */
  routing: { readonly workers: readonly string[] };
  store: { isAvailable: boolean };
  /** Health of other parts, and why they are not well. */
  further: () => Record<string, unknown> & { reasons?: readonly string[] };
}

/** Overall state. */
export class GatewayHealth {
  readonly #pool: HealthPool;
  readonly #routing: GatewayHealthOptions['routing'];
  readonly #store: { isAvailable: boolean };
  readonly #further: GatewayHealthOptions['further'];
  /** Set while the gateway stops. */
  isDraining = false;

  constructor({ pool, routing, store, further }: GatewayHealthOptions) {
    this.#pool = pool;
    this.#routing = routing;
    this.#store = store;
    this.#further = further;
  }

  /** Whether every required worker is ready and the database takes writes. */
  get isReady(): boolean {
    const areWorkersReady = this.#required().every(({ state }) => state === 'ready');
    const remote = this.#remote();
    // One of many is enough: a platform that takes the gateway away would take all of them.
    const hasWorker = remote.length === 0 || remote.some(({ state }) => state === 'ready');
    return !this.isDraining && areWorkersReady && hasWorker && this.#store.isAvailable;
  }

  /** `ok`, or `degraded` while a worker or the database is down, or `draining`. */
  get status(): 'ok' | 'degraded' | 'draining' {
    if (this.isDraining) return 'draining';
    const isWhole = this.#remote().every(({ state }) => state === 'ready');
    return this.isReady && isWhole ? 'ok' : 'degraded';
  }

  /** Response of `GET /api/cameras/status`: the RTSP workers as one service. */
  rtsp(): RtspService {
    const workers = this.#pool.status().filter((worker) => this.#runsCameras(worker));
    const running = workers.filter(({ state }) => state === 'ready');
    const first = running[0] ?? workers[0];
    return {
      running: running.length > 0,
      port: first?.port ?? null,
      baseUrl: first?.port === undefined ? null : `http://localhost:${first.port}`,
      ready: running.length,
      total: workers.length,
      workers,
    };
  }

  /** Body of `GET /health` (docs/contract.md, section 3). */
  report(): Health {
    const others = this.#pool.status().filter((worker) => !this.#runsCameras(worker));
    const further = this.#further();
    return {
      status: this.status,
      services: {
        express: 'running',
        rtsp: this.rtsp(),
        ...Object.fromEntries(
          others.map((worker) => [worker.name, { running: worker.state === 'ready', ...worker }]),
        ),
      },
      ...further,
      reasons: [...(further.reasons ?? []), ...this.#reasons()],
      uptime: Math.round(process.uptime()),
      timestamp: new Date().toISOString(),
    };
  }

  /** Which workers are the reason for `degraded`. */
  #reasons(): string[] {
    const isAway = ({ state }: WorkerStatus): boolean => state !== 'ready';
    return [
      ...(this.#required().some(isAway) ? ['worker_not_ready'] : []),
      ...(this.#remote().some(isAway) ? ['remote_worker_away'] : []),
    ];
  }

  /** Remote workers run cameras also while they are away and in no routing. */
  #runsCameras({ name, kind }: WorkerStatus): boolean {
    return kind === 'remote' || this.#routing.workers.includes(name);
  }

  #remote(): WorkerStatus[] {
    return this.#pool.status().filter(({ kind }) => kind === 'remote');
  }

  #required(): WorkerStatus[] {
    return this.#pool.status().filter(({ isRequired }) => isRequired);
  }
}
