/** Two gateways, four workers, a database, a pooler and cameras, each in its network. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../support/wait-for.ts';
import { signalIn, spawnIn } from '../namespaces.ts';
import { API_ENV, api, BEARER } from './api.ts';
import { Audience } from './audience.ts';
import { Ingests } from './ingests.ts';
import { addressOf, type ClusterNetwork, GATEWAYS, type Gateway, type Host, WORKERS } from './network.ts';
import { databaseCommand, databaseUrl, poolerCommand } from './postgres.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SECRET = 'S3cretOfAllWorkers-0123456789';
const GATEWAY_PORT = 5000;
const WORKER_PORT = 8082;
const CAMERA_PORT = 8554;
/** Two cores that are shared may take long to start a process. */
const START_MS = 90_000;
/** All is at rest when it was so for this long. */
const REST_MS = 3000;
/** A camera of which nothing came for longer is not live. */
const SILENT_MS = 1500;

export const originOf = (gateway: Gateway): string => `http://${addressOf(gateway)}:${GATEWAY_PORT}`;

/** What a case acts on. */
export class Stage {
  readonly network: ClusterNetwork;
  readonly ingests = new Ingests();
  readonly cameras: readonly string[];
  readonly #folder: string;
  readonly #processes = new Map<Host, ChildProcess>();
  readonly #printed = new Map<Host, string>();

  private constructor(network: ClusterNetwork, folder: string, count: number) {
    this.network = network;
    this.#folder = folder;
    this.cameras = Array.from({ length: count }, (_, index) => String(index + 1));
  }

  /** Starts all of it and stores the cameras. @param folder prepared by `prepareDatabase` @param count of cameras */
  static async open(network: ClusterNetwork, folder: string, count: number): Promise<Stage> {
    const stage = new Stage(network, folder, count);
    for (const host of ['cameras', 'database', 'pooler', ...WORKERS] as const) stage.start(host);
    // The first keeps the workers: the one behind the pooler, so that faults of the pooler concern it.
    for (const gateway of GATEWAYS.toReversed()) {
      stage.start(gateway);
      await stage.isReady(gateway);
    }
    const camera = (id: string) => ({
      id,
      url: `rtsp://${addressOf('cameras')}:${CAMERA_PORT}/${id}`,
      record: 'off',
    });
    for (const id of stage.cameras) await api(originOf('gateway-a'), '/api/cameras', 'POST', camera(id));
    return stage;
  }

  get paths(): string[] {
    return this.cameras.map((id) => `/${id}`);
  }

  start(host: Host): void {
    const { command, env } = this.#plan(host);
    const child = spawnIn(this.network.names[host], command, { env, cwd: ROOT });
    const keep = (text: string): unknown =>
      this.#printed.set(host, `${this.#printed.get(host) ?? ''}${text}\n`.slice(-6000));
    for (const stream of [child.stdout, child.stderr])
      if (stream)
        createInterface(stream).on('line', (line) =>
          line[0] === '{' && host === 'cameras' ? this.ingests.note(JSON.parse(line)) : keep(line),
        );
    this.#processes.set(host, child);
  }

  /** Ends every process of a host as a loss of power would. */
  async kill(host: Host): Promise<void> {
    const child = this.#processes.get(host) as ChildProcess;
    const ended = once(child, 'exit');
    signalIn(this.network.names[host], 'SIGKILL');
    await ended;
  }

  /** Asks a process to end, and waits for it. */
  async end(host: Host): Promise<void> {
    const child = this.#processes.get(host) as ChildProcess;
    const ended = once(child, 'exit');
    // At SIGTERM PostgreSQL waits until the last client has gone.
    child.kill(host === 'database' ? 'SIGINT' : 'SIGTERM');
    await ended;
  }

  /** Stops every process of a host where it is, or lets it go on. */
  signal(host: Host, signal: 'SIGSTOP' | 'SIGCONT'): void {
    signalIn(this.network.names[host], signal);
  }

  /** One viewer of each camera, at these gateways in turn. */
  audience(gateways: readonly Gateway[]): Audience {
    return new Audience({ origins: gateways.map(originOf), headers: BEARER, cameras: this.cameras });
  }

  async isReady(gateway: Gateway): Promise<void> {
    const isUp = () =>
      fetch(`${originOf(gateway)}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    await waitFor(isUp, { timeoutMs: START_MS, message: () => `${gateway}\n${this.lastWords()}` });
  }

  /** Waits until each camera is read once, by workers of equal load, and each viewer has video, for some seconds. */
  async isAtRest(audience: Audience, timeoutMs = START_MS): Promise<void> {
    let since = Number.POSITIVE_INFINITY;
    const isAtRest = (): boolean => {
      const now = performance.now();
      since = this.#unrest(audience) === '' ? Math.min(since, now) : Number.POSITIVE_INFINITY;
      return now - since > REST_MS;
    };
    await waitFor(isAtRest, {
      timeoutMs,
      message: () => `rest: ${this.#unrest(audience)}\n${this.lastWords()}`,
    });
  }

  /** What the programs printed last. */
  lastWords(): string {
    return [...this.#printed].map(([host, text]) => `--- ${host}\n${text.slice(-1200)}`).join('\n');
  }

  #unrest(audience: Audience): string {
    const readers = [...this.ingests.now(this.paths)];
    const wrong = readers.filter(([, clients]) => clients.length !== 1);
    const most = Math.ceil(this.cameras.length / WORKERS.length);
    const loads = WORKERS.map(
      (worker) => readers.filter(([, [client]]) => client === addressOf(worker)).length,
    );
    const silent = audience.silent(SILENT_MS);
    if (wrong.length === 0 && silent.length === 0 && Math.max(...loads) <= most) return '';
    return `readers ${wrong.map(([path, clients]) => `${path}: ${clients}`)}; loads ${loads}; no video of ${silent}`;
  }

  #plan(host: Host): { command: string[]; env: Record<string, string> } {
    const dataDir = join(this.#folder, `${host}-data`);
    const env = { DATA_DIR: dataDir, LOG_LEVEL: 'info', NODE_COMPILE_CACHE: join(this.#folder, 'compiled') };
    if (host === 'database') return { command: databaseCommand(this.#folder), env: {} };
    if (host === 'pooler') return { command: poolerCommand(this.#folder), env: {} };
    mkdirSync(dataDir, { recursive: true });
    const node = (entry: string, ...args: string[]) => [process.execPath, join(ROOT, entry), ...args];
    if (host === 'cameras') {
      const args = [addressOf(host), String(CAMERA_PORT), String(this.cameras.length)];
      return { command: node('test/faults/cluster/cameras.ts', ...args), env };
    }
    if (host.startsWith('worker'))
      return {
        command: node('workers/rtsp/main.ts'),
        env: { ...env, WORKER_SECRET: SECRET, WORKER_NAME: host, WORKER_PORT: String(WORKER_PORT) },
      };
    // One reaches the database directly, the other through the pooler.
    const url = databaseUrl(addressOf(host === 'gateway-a' ? 'database' : 'pooler'));
    return {
      command: node('gateway/main.ts'),
      env: { ...env, ...GATEWAY_ENV, ...API_ENV, GATEWAY_NAME: host, DATABASE_URL: url },
    };
  }
}

const GATEWAY_ENV = {
  HOST: '0.0.0.0',
  PORT: String(GATEWAY_PORT),
  SECRET_KEY: 'a key that both gateways have',
  WORKER_SECRET: SECRET,
  WORKER_URLS: WORKERS.map((worker) => `http://${addressOf(worker)}:${WORKER_PORT}`).join(','),
  ANALYSIS: 'off',
  DEMO_CAMERAS: 'off',
  DISK_RESERVE_MB: '0',
  MAX_CAMERAS: '10000',
  MAX_SOCKETS_PER_CLIENT: '1000',
  MAX_CONNECTIONS_PER_CLIENT: '2000',
};
