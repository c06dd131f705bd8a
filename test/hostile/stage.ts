/** The real processes with three ordinary cameras, and a viewer that counts their pictures. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { openTestCameras } from '../support/test-clip.ts';
import { waitFor } from '../support/wait-for.ts';
import { residentBytes } from './rows.ts';

const PATHS = ['/0', '/1', '/2'];
const FPS = 5;
const SAMPLE_MS = 200;
const MIB = 1024 * 1024;
/** Without a limit on what one client may ask, which is not what is looked at here. */
const NO_LIMITS = {
  RATE_LIMIT_API: '1000000',
  RATE_LIMIT_WRITES: '1000000',
  RATE_LIMIT_CONNECTS: '1000000',
};

/** What a row did to the others. */
export interface Effect {
  /** Pictures that came of those that were due. */
  rateShare: number;
  restarts: number;
  /** Most that gateway and camera processes held beyond what they held before. */
  growthMib: number;
}

/** Opened once; all cameras share one worker. */
export class Stage {
  readonly #cameras: RtspServer;
  readonly #gateway: RunningProcess;
  #pictures = 0;
  #viewer: WebSocket | undefined;

  private constructor(cameras: RtspServer, gateway: RunningProcess) {
    this.#cameras = cameras;
    this.#gateway = gateway;
  }

  static async open(): Promise<Stage> {
    const cameras = await openTestCameras(PATHS);
    const gateway = await startGateway({
      RTSP_WORKERS: '1',
      ANALYSIS: 'off',
      LOG_LEVEL: 'info',
      ...NO_LIMITS,
    });
    const stage = new Stage(cameras, gateway);
    await waitFor(async () => (await getJson(`${gateway.origin}/readyz`)).status === 200, {
      timeoutMs: 30_000,
      message: 'the gateway to be ready',
    });
    for (const [index, path] of PATHS.entries()) await stage.#add(`ordinary-${index}`, cameras.port, path);
    stage.#watch();
    await waitFor(() => stage.#pictures > 3 * FPS * PATHS.length, { message: 'pictures' });
    await stage.#warmUp();
    return stage;
  }

  get origin(): string {
    return this.#gateway.origin;
  }

  register(cameraId: string, port: number): Promise<void> {
    return this.#add(cameraId, port, '/live');
  }

  async remove(cameraId: string): Promise<void> {
    await fetch(`${this.origin}/api/cameras/${cameraId}`, { method: 'DELETE' });
  }

  /** Waits until the pictures of all cameras come at their rate, and memory has been given back. */
  async calm(): Promise<void> {
    await waitFor(
      async () => {
        const before = this.#pictures;
        await delay(1000);
        return this.#pictures - before >= FPS * PATHS.length - 1;
      },
      { timeoutMs: 60_000, message: 'the ordinary cameras to be at their rate' },
    );
  }

  /** Begins to measure. */
  begin(): { end(): Promise<Effect> } {
    const startedAt = performance.now();
    const pictures = this.#pictures;
    const workers = this.#workers();
    let held = 0;
    let most = 0;
    const sample = async (): Promise<void> => {
      const pids = [this.#gateway.pid, ...(await workers).map(({ pid }) => pid)];
      const bytes = pids.reduce((sum, pid) => sum + residentBytes(pid), 0);
      if (held === 0) held = bytes;
      most = Math.max(most, bytes);
    };
    void sample();
    const timer = setInterval(() => void sample(), SAMPLE_MS);
    return {
      end: async () => {
        clearInterval(timer);
        const seconds = (performance.now() - startedAt) / 1000;
        const rateShare = (this.#pictures - pictures) / (FPS * PATHS.length * seconds);
        const after = await this.#workers();
        const epochs = (list: { epoch: number }[]): number => list.reduce((sum, { epoch }) => sum + epoch, 0);
        const restarts = epochs(after) - epochs(await workers);
        return { rateShare, restarts, growthMib: (most - held) / MIB };
      },
    };
  }

  async close(): Promise<void> {
    this.#viewer?.terminate();
    await this.#gateway.end();
    await this.#cameras.close();
  }

  async #add(id: string, port: number, path: string): Promise<void> {
    const url = `rtsp://127.0.0.1:${port}${path}`;
    const { status, body } = await postJson(`${this.origin}/api/cameras`, { id, name: id, url });
    if (status >= 300) throw new Error(`camera ${id} is refused: ${JSON.stringify(body)}`);
  }

  async #workers(): Promise<{ pid: number; epoch: number }[]> {
    const { body } = await getJson(`${this.origin}/health`);
    return body.services.rtsp.workers;
  }

  #watch(): void {
    const viewer = new WebSocket(`${this.origin.replace('http', 'ws')}/ws`);
    this.#viewer = viewer;
    viewer.on('error', () => {});
    viewer.on('open', () => {
      for (const index of PATHS.keys()) {
        const wish = {
          cameraId: `ordinary-${index}`,
          fps: FPS,
          width: 320,
          multiple: true,
          encoding: 'binary',
        };
        viewer.send(JSON.stringify({ action: 'subscribe', ...wish }));
      }
    });
    viewer.on('message', (_data, isBinary) => {
      if (isBinary) this.#pictures += 1;
    });
  }

  /** Loads what is loaded when first used, so that it counts for no row. */
  async #warmUp(): Promise<void> {
    const camera = `${this.origin}/api/cameras/ordinary-0`;
    const socket = new WebSocket(`${this.origin.replace('http', 'ws')}/ws/mse/ordinary-0?audio=any`);
    socket.on('error', () => {});
    for (let round = 0; round < 20; round += 1) {
      await fetch(`${camera}/frame?width=${200 + round}`).then((response) => response.arrayBuffer());
      await fetch(`${this.origin}/hls/ordinary-0/index.m3u8`).then((response) => response.text());
    }
    socket.terminate();
    await delay(3000);
  }
}
