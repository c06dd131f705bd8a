/** A real MediaMTX on ports of its own, and what ffmpeg sees of its paths. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { MEDIAMTX } from './peers.ts';
import { killNow } from './processes.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

/**
 * Readers over TCP, so that no fixed UDP port is needed. A path without readers is let go after a second; the sound
 * track of a camera, which has none, is not awaited.
 */
const SETTINGS = {
  ...{ api: true, rtmp: false, hls: false, srt: false, moq: false },
  rtspTransports: ['tcp'],
  pathDefaults: { sourceOnDemandCloseAfter: '1s', whepTrackGatherTimeout: '200ms' },
};

/** A running server. A restarted one has forgotten what its API was told. */
export class Mediamtx {
  readonly #config = join(temporaryFolder(), 'mediamtx.yml');
  readonly #apiPort: number;
  readonly #rtspPort: number;
  readonly #webrtcPort: number;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(
    [apiPort, rtspPort, webrtcPort, udpPort]: [number, number, number, number],
    more: object,
  ) {
    this.#apiPort = apiPort;
    this.#rtspPort = rtspPort;
    this.#webrtcPort = webrtcPort;
    const addresses = {
      apiAddress: `127.0.0.1:${apiPort}`,
      rtspAddress: `127.0.0.1:${rtspPort}`,
      webrtcAddress: `127.0.0.1:${webrtcPort}`,
      webrtcLocalUDPAddress: `127.0.0.1:${udpPort}`,
    };
    // YAML of which JSON is a part.
    writeFileSync(this.#config, JSON.stringify({ ...SETTINGS, ...addresses, ...more }));
  }

  /** Starts one on free ports. @param more further settings, such as `paths` */
  static async start(more: object = {}): Promise<Mediamtx> {
    const server = new Mediamtx(
      [await freePort(), await freePort(), await freePort(), await freePort()],
      more,
    );
    await server.start();
    return server;
  }

  /** Base of its control API. */
  get apiUrl(): string {
    return `http://127.0.0.1:${this.#apiPort}`;
  }

  /** Base of its WebRTC server. */
  get webrtcUrl(): string {
    return `http://127.0.0.1:${this.#webrtcPort}`;
  }

  /** Where a path is read. */
  rtspUrl(name: string): string {
    return `rtsp://127.0.0.1:${this.#rtspPort}/${name}`;
  }

  /** All that it printed. */
  get output(): string {
    return this.#output;
  }

  /** Starts it, also again after {@link kill}. @throws Error with what it printed, when it does not listen */
  async start(): Promise<void> {
    const child = spawn(MEDIAMTX, [this.#config], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    this.#child = child;
    await waitFor(() => this.ask('/v3/info').catch(() => undefined), {
      message: () => `MediaMTX to listen: ${this.#output}`,
    });
  }

  /** Ends it without a farewell. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await killNow(child);
  }

  /** GET of its control API. @returns the body, undefined unless the answer is 200 */
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it asserts
  async ask(path: string): Promise<any> {
    const response = await fetch(`${this.apiUrl}${path}`);
    return response.status === 200 ? await response.json() : undefined;
  }
}

/** ffmpeg that decodes an address until it is ended. */
export class FfmpegReader {
  readonly #child: ChildProcess;
  #pictures = 0;
  #complaints = '';

  constructor(url: string) {
    const args = ['-v', 'error', '-rtsp_transport', 'tcp', '-i', url];
    const out = ['-stats_period', '0.1', '-progress', 'pipe:1', '-f', 'null', '-'];
    this.#child = spawn('ffmpeg', [...args, ...out], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#pictures = Number(/.*frame=\s*(\d+)/s.exec(text)?.[1] ?? this.#pictures);
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text;
    });
  }

  /** Waits until it has decoded so many pictures. @throws Error with what it complained about */
  async seen(pictures: number): Promise<void> {
    await waitFor(() => this.#pictures >= pictures || this.#child.exitCode !== null, {
      message: () => `${pictures} pictures: ${this.#pictures} ${this.#complaints}`,
    });
    if (this.#pictures < pictures) throw new Error(`ffmpeg ended: ${this.#complaints}`);
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
