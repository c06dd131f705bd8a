/** One viewer of each camera, who takes its video as MSE and notes the longest time without any. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

const RETRY_MS = 500;
const HANDSHAKE_MS = 5000;

export interface AudienceOptions {
  /** Where viewers dial, one after the other: a load balancer in their stead. */
  origins: readonly string[];
  headers: Record<string, string>;
  cameras: readonly string[];
}

/** From its making to close. */
export class Audience {
  readonly #viewers: readonly Viewer[];

  constructor({ cameras, ...options }: AudienceOptions) {
    this.#viewers = cameras.map((camera) => new Viewer(camera, options));
  }

  close(): void {
    for (const viewer of this.#viewers) viewer.close();
  }

  /** Forgets the gaps so far. */
  begin(): void {
    for (const viewer of this.#viewers) viewer.begin();
  }

  /** Longest time without video since {@link begin}, milliseconds, and whose. */
  longestGap(): { ms: number; camera: string } {
    const gaps = this.#viewers.map((viewer) => ({ ms: viewer.gapMs, camera: viewer.camera }));
    return gaps.reduce((top, gap) => (gap.ms > top.ms ? gap : top));
  }

  /** Cameras of which nothing came for this time. */
  silent(ms: number): string[] {
    return this.#viewers.flatMap((viewer) => (viewer.silentMs > ms ? [viewer.camera] : []));
  }
}

class Viewer {
  readonly camera: string;
  #socket: WebSocket | undefined;
  #isClosed = false;
  #seenAt = performance.now();
  #longestMs = 0;

  constructor(camera: string, options: Omit<AudienceOptions, 'cameras'>) {
    this.camera = camera;
    void this.#keepOpen(options);
  }

  get silentMs(): number {
    return performance.now() - this.#seenAt;
  }

  get gapMs(): number {
    return Math.max(this.#longestMs, this.silentMs);
  }

  begin(): void {
    this.#longestMs = 0;
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.terminate();
  }

  #take(data: Buffer): void {
    // The head of a stream is no picture.
    if (data.toString('latin1', 4, 8) === 'ftyp') return;
    this.#longestMs = this.gapMs;
    this.#seenAt = performance.now();
  }

  async #keepOpen({ origins, headers }: Omit<AudienceOptions, 'cameras'>): Promise<void> {
    for (let turn = 0; !this.#isClosed; turn += 1) {
      const url = `${origins[turn % origins.length]?.replace(/^http/, 'ws')}/ws/mse/${this.camera}`;
      const socket = new WebSocket(url, {
        headers,
        handshakeTimeout: HANDSHAKE_MS,
        perMessageDeflate: false,
      });
      this.#socket = socket;
      socket.on('error', () => {});
      socket.on('message', (data: Buffer, isBinary) => isBinary && this.#take(data));
      await new Promise((resolve) => socket.once('close', resolve));
      await delay(RETRY_MS);
    }
  }
}
