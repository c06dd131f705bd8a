/** Gateway, proxy, simulated cameras and agent, each in its network. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../support/wait-for.ts';
import { spawnIn } from '../namespaces.ts';
import { ADDRESS, type Network } from './network.ts';
import { nginxConfig } from './nginx-config.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TOKEN = 'T0kenOfTheAdministrator-0123456789';
const GATEWAY_PORT = 5000;
export const CAMERA_PORT = 8554;
export const CAMERA = 'yard';
/** Two cores that are shared may take long to start a process. */
export const START_MS = 60_000;

type Program = 'gateway' | 'proxy' | 'cameras' | 'agent';

export interface AgentState {
  state: 'online' | 'offline';
  since: string | null;
  address: string | null;
  latencyMs: number | null;
}

/** Who viewers are. */
export const BEARER = { authorization: `Bearer ${TOKEN}` };
/** Where viewers dial: the proxy. */
export const ORIGIN = `https://${ADDRESS.cloudToViewers}`;

/** Everything between a camera and its viewers. */
export class Stage {
  readonly network: Network;
  readonly #folder: string;
  readonly #processes = new Map<Program, ChildProcess>();
  readonly #printed = new Map<Program, string>();
  #agentToken = '';

  private constructor(network: Network, folder: string) {
    this.network = network;
    this.#folder = folder;
  }

  /** Starts all of it; resolves when the camera is live. @param folder for data and the certificate */
  static async open(network: Network, folder: string): Promise<Stage> {
    const stage = new Stage(network, folder);
    stage.start('cameras');
    stage.start('gateway');
    stage.start('proxy');
    await stage.isReady();
    stage.#agentToken = (await stage.api('/api/agents', { name: 'home' })).token;
    stage.start('agent');
    await stage.isAgent('online');
    const url = `rtsp://${ADDRESS.camera}:${CAMERA_PORT}/1`;
    await stage.api('/api/cameras', { id: CAMERA, url, agent: 'home', record: 'off' });
    await stage.isLive();
    return stage;
  }

  start(program: Program): void {
    const { namespace, command, env } = this.#plan(program);
    const child = spawnIn(namespace, command, { env, cwd: ROOT });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) =>
        this.#printed.set(program, `${this.#printed.get(program) ?? ''}${text}`.slice(-4000)),
      );
    this.#processes.set(program, child);
  }

  isRunning(program: Program): boolean {
    const child = this.#processes.get(program);
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Ends a program as a loss of power would. */
  async kill(program: Program): Promise<void> {
    const child = this.#processes.get(program);
    if (child === undefined || !this.isRunning(program)) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Asks the gateway through its proxy. @throws Error for any answer but a good one */
  async api(path: string, body?: object) {
    const response = await fetch(`${ORIGIN}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...BEARER, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  async agent(): Promise<AgentState> {
    return (await this.api('/api/agents'))[0];
  }

  /** Waits until the gateway says so. @returns the time it took, milliseconds */
  async isAgent(state: AgentState['state'], timeoutMs = START_MS): Promise<number> {
    const startedAt = performance.now();
    const isThere = () =>
      this.agent().then(
        (agent) => agent.state === state,
        () => false,
      );
    await waitFor(isThere, { timeoutMs, message: () => `the agent to be ${state}\n${this.lastWords()}` });
    return performance.now() - startedAt;
  }

  async isReady(): Promise<void> {
    const isUp = () =>
      fetch(`${ORIGIN}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await waitFor(isUp, { timeoutMs: START_MS, message: () => `the gateway\n${this.lastWords()}` });
  }

  async isLive(): Promise<void> {
    const status = () => this.api(`/api/cameras/${CAMERA}/status`).catch(() => ({}));
    const isLive = async () => (await status()).connected === true;
    await waitFor(isLive, { timeoutMs: START_MS, message: () => `the camera\n${this.lastWords()}` });
  }

  /** What the programs printed last. */
  lastWords(): string {
    return [...this.#printed].map(([program, text]) => `--- ${program}\n${text.slice(-1500)}`).join('\n');
  }

  #plan(program: Program): { namespace: string; command: string[]; env: Record<string, string> } {
    const { cameras, agent, cloud } = this.network.names;
    const dataDir = join(this.#folder, program);
    mkdirSync(dataDir, { recursive: true });
    const node = (entry: string) => [process.execPath, join(ROOT, entry)];
    const env = { DATA_DIR: dataDir, LOG_LEVEL: 'info' };
    if (program === 'cameras')
      return {
        ...{ namespace: cameras, command: node('workers/simulator/main.ts') },
        env: {
          ...env,
          WORKER_PORT: '8553',
          SIMULATOR_HOST: ADDRESS.camera,
          SIMULATOR_PORT: String(CAMERA_PORT),
        },
      };
    if (program === 'agent')
      return {
        ...{ namespace: agent, command: node('agent/main.ts') },
        env: {
          ...env,
          GATEWAY_URL: `https://${ADDRESS.cloud}`,
          AGENT_TOKEN: this.#agentToken,
          NODE_EXTRA_CA_CERTS: join(this.#folder, 'certificate.pem'),
        },
      };
    if (program === 'gateway')
      return { namespace: cloud, command: node('gateway/main.ts'), env: { ...env, ...PUBLIC_GATEWAY } };
    const config = join(dataDir, 'nginx.conf');
    writeFileSync(
      config,
      nginxConfig({ folder: this.#folder, temporary: dataDir, gatewayPort: GATEWAY_PORT }),
    );
    return { namespace: cloud, command: ['nginx', '-e', 'stderr', '-c', config], env: {} };
  }
}

const PUBLIC_GATEWAY = {
  PUBLIC: 'on',
  HOST: '127.0.0.1',
  PORT: String(GATEWAY_PORT),
  API_TOKEN: TOKEN,
  ANALYSIS: 'off',
  DEMO_CAMERAS: 'off',
  RTSP_WORKERS: '1',
  RATE_LIMIT_API: '100000',
};
