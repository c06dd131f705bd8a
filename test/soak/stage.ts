/** Everything a soak plays with: the real processes, cameras, peers and clients. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { getJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import type { WsClient } from '../support/ws-client.ts';
import { Ledger } from './ledger.ts';
import { Peer } from './peers.ts';

/** Paths of the cameras that exist. */
export const PATHS = Array.from({ length: 8 }, (_, index) => `/${index}`);
const NO_LIMIT = '1000000';
const READY_MS = 90_000;

/** Opened once, closed once; the gateway in it may be another one later. */
export class Stage {
  readonly clients = new Set<WsClient>();
  readonly streams = new Set<AbortController>();
  readonly registered = new Ledger();
  readonly told = new Ledger();
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'gateway-soak-'));
  readonly cameras: RtspServer;
  readonly backend: Peer;
  readonly moondream: Peer;
  #gateway: RunningProcess | undefined;

  private constructor(cameras: RtspServer, backend: Peer, moondream: Peer) {
    this.cameras = cameras;
    this.backend = backend;
    this.moondream = moondream;
  }

  static async open(): Promise<Stage> {
    const stage = new Stage(await openTestCameras(PATHS), await Peer.open(), await Peer.open());
    await stage.startGateway();
    return stage;
  }

  get gateway(): RunningProcess {
    if (this.#gateway === undefined) throw new Error('The gateway does not run');
    return this.#gateway;
  }

  get api(): string {
    return `${this.gateway.origin}/api`;
  }

  /** Starts the gateway on the data of the one before. */
  async startGateway(): Promise<void> {
    this.#gateway = await startGateway({
      DATA_DIR: this.#dataDir,
      LOG_LEVEL: 'warn',
      APP_PY_URL: this.backend.origin,
      MOONDREAM_API_URL: this.moondream.origin,
      MOONDREAM_RATE: '1000',
      MOONDREAM_DAILY_MAX: NO_LIMIT,
      RATE_LIMIT_API: NO_LIMIT,
      RATE_LIMIT_WRITES: NO_LIMIT,
      RATE_LIMIT_MOONDREAM: NO_LIMIT,
      RATE_LIMIT_CONNECTS: NO_LIMIT,
    });
    await this.untilReady();
  }

  /** Kills the gateway and starts it again. */
  async restartGateway(signal: NodeJS.Signals): Promise<void> {
    this.closeClients();
    await this.gateway.end(signal);
    await this.startGateway();
  }

  async untilReady(): Promise<void> {
    await waitFor(
      async () => {
        const [ready, health] = await Promise.all([
          getJson(`${this.gateway.origin}/readyz`),
          getJson(`${this.gateway.origin}/health`),
        ]);
        return ready.status === 200 && health.body.database.ready;
      },
      { timeoutMs: READY_MS, message: 'the gateway to be ready' },
    );
  }

  /** Processes of the RTSP workers. */
  async workerPids(): Promise<number[]> {
    const { body } = await getJson(`${this.gateway.origin}/health`);
    return body.services.rtsp.workers.flatMap(({ pid }: { pid?: number }) => pid ?? []);
  }

  closeClients(): void {
    for (const client of this.clients) client.close();
    for (const stream of this.streams) stream.abort();
    this.clients.clear();
    this.streams.clear();
  }

  async close(): Promise<void> {
    this.closeClients();
    await this.#gateway?.end();
    await this.cameras.close();
    this.backend.close();
    this.moondream.close();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
