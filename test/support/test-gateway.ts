/** A gateway in this process, with workers that a test plays. */
import { rmSync } from 'node:fs';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { loadConfig } from '../../gateway/config/config.ts';
import { type OpenGateway, openGateway } from '../../gateway/gateway.ts';
import type { RouteTable } from '../../gateway/http/route-table.ts';
import { FakePool } from '../doubles/fake-pool.ts';
import { WorkerDouble } from '../doubles/worker-double.ts';
import { getJson } from './http.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

const NAMES = ['rtsp-0', 'rtsp-1'];

interface TestGatewayOptions {
  env?: Record<string, string>;
  /** Whether workers are ready. */
  isReady?: boolean;
  /** Whether to wait for the database. */
  hasDatabase?: boolean;
}

/** The gateway and what it stands on. */
export class TestGateway {
  readonly pool = new FakePool(NAMES, { optional: ['simulator'] });
  readonly workers: WorkerDouble[] = [];
  /** Lines it showed to the operator. */
  readonly printed: string[] = [];
  /** Lines it logged. */
  readonly lines: string[] = [];
  readonly dataDir = temporaryFolder();
  #gateway: OpenGateway | undefined;
  #routes: RouteTable | undefined;

  /** Opens one on a free port, its workers and its database ready unless told otherwise. */
  static async open({ env = {}, isReady = true, hasDatabase = true }: TestGatewayOptions = {}) {
    const opened = new TestGateway();
    const redactor = new Redactor();
    opened.#gateway = await openGateway({
      config: loadConfig({
        PORT: '0',
        HOST: '127.0.0.1',
        DEMO_CAMERAS: 'off',
        RTSP_WORKERS: String(NAMES.length),
        DATA_DIR: opened.dataDir,
        DISK_RESERVE_MB: '0',
        ALLOW_LOOPBACK_CAMERAS: 'on',
        // A test that waits with a token asks more often than a client may.
        RATE_LIMIT_API: '1000000',
        ...env,
      }),
      pool: opened.pool,
      print: (line) => void opened.printed.push(line),
      redactor,
      log: createLogger({
        name: 'gateway',
        level: 'trace',
        redactor,
        write: (line) => void opened.lines.push(line),
      }),
    });
    opened.#routes = opened.#gateway.routes;
    // In public mode nothing is local: such a test names its token.
    const headers: Record<string, string> =
      env.API_TOKEN === undefined ? {} : { authorization: `Bearer ${env.API_TOKEN}` };
    if (hasDatabase)
      await waitFor(async () => (await getJson(`${opened.origin}/health`, headers)).body.database.ready);
    for (let index = 0; index < NAMES.length; index += 1) {
      opened.workers.push(await WorkerDouble.open());
      if (isReady) opened.bringUp(index);
    }
    return opened;
  }

  /** What it serves. */
  get routes(): RouteTable {
    return this.#routes as RouteTable;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#gateway?.port}`;
  }

  /** Makes a worker ready. */
  bringUp(index: number): void {
    this.pool.bringUp(NAMES[index] as string, this.workers[index] as WorkerDouble);
  }

  /** Kills a worker; its connections break before the pool knows, as in life. */
  async kill(index: number): Promise<void> {
    await this.workers[index]?.close();
    this.pool.takeDown(NAMES[index] as string, { retryAfterMs: 250 });
  }

  /** Starts the next process of a worker that was killed, on another port. */
  async revive(index: number): Promise<void> {
    this.workers[index] = await WorkerDouble.open();
    this.bringUp(index);
  }

  /** Stops the gateway only, as on SIGTERM. */
  async stop(): Promise<void> {
    await this.#gateway?.close();
    this.#gateway = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all(this.workers.map((worker) => worker.close()));
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
