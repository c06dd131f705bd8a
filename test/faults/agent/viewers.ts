/** Viewers beyond the proxy, which note when each picture came and how old it was. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { findBox, parseBoxes } from '../../support/mp4-boxes.ts';
import { waitFor } from '../../support/wait-for.ts';
import { BEARER, CAMERA, ORIGIN } from './stage.ts';

/** One picture, or one fragment of video. */
export interface Arrival {
  at: number;
  /** Milliseconds from the camera's worker to the viewer; of video: beyond the earliest fragment. */
  ageMs: number;
  bytes: number;
}

const RETRY_MS = 500;

/** Opens a socket, and opens it again when it ends. */
abstract class Viewer {
  readonly arrivals: Arrival[] = [];
  /** How often a socket that was open has ended. */
  ends = 0;
  #socket: WebSocket | undefined;
  #isClosed = false;

  /** @param path of the socket */
  constructor(path: string) {
    void this.#keepOpen(`${ORIGIN.replace('https', 'wss')}${path}`);
  }

  protected abstract opened(socket: WebSocket): void;
  protected abstract take(data: Buffer, isBinary: boolean): Arrival | undefined;

  close(): void {
    this.#isClosed = true;
    this.#socket?.terminate();
  }

  /** Waits for the next arrivals. @returns the time it took, milliseconds */
  async next(count: number, timeoutMs: number): Promise<number> {
    const [startedAt, seen] = [performance.now(), this.arrivals.length];
    await waitFor(() => this.arrivals.length >= seen + count, { timeoutMs, message: 'pictures at a viewer' });
    return performance.now() - startedAt;
  }

  /** What arrives in so many seconds from now. */
  async watch(seconds: number): Promise<Arrival[]> {
    const seen = this.arrivals.length;
    await delay(seconds * 1000);
    return this.arrivals.slice(seen);
  }

  async #keepOpen(url: string): Promise<void> {
    while (!this.#isClosed) {
      await new Promise<void>((resolve) => {
        const socket = new WebSocket(url, { headers: BEARER, handshakeTimeout: 5000 });
        this.#socket = socket;
        let wasOpen = false;
        socket.on('error', () => {});
        socket.on('open', () => {
          wasOpen = true;
          this.opened(socket);
        });
        socket.on('message', (data: Buffer, isBinary) => {
          const arrival = this.take(data, isBinary);
          if (arrival !== undefined) this.arrivals.push(arrival);
        });
        socket.on('close', () => {
          if (wasOpen) this.ends += 1;
          resolve();
        });
      });
      await delay(RETRY_MS);
    }
  }
}

/** A viewer of pictures on `/ws`. */
export class FrameViewer extends Viewer {
  readonly #request: object | undefined;

  /** @param request facts of the subscription; undefined: it only holds the socket open */
  constructor(request?: object) {
    super('/ws');
    this.#request = request;
  }

  protected opened(socket: WebSocket): void {
    if (this.#request !== undefined)
      socket.send(JSON.stringify({ action: 'subscribe', cameraId: CAMERA, ...this.#request }));
  }

  protected take(data: Buffer): Arrival | undefined {
    const message = JSON.parse(data.toString());
    if (message.type !== 'frame') return undefined;
    const now = Date.now();
    return { at: now, ageMs: now - message.timestamp * 1000, bytes: message.data.length * 0.75 };
  }
}

/** A viewer of fragmented MP4. */
export class VideoViewer extends Viewer {
  #timescale = 0;
  /** Of the earliest fragment so far: its arrival less its media time, milliseconds. */
  #origin = Number.POSITIVE_INFINITY;

  constructor() {
    super(`/ws/mse/${CAMERA}`);
  }

  protected opened(): void {
    this.#origin = Number.POSITIVE_INFINITY;
  }

  protected take(data: Buffer, isBinary: boolean): Arrival | undefined {
    if (!isBinary) return undefined;
    const boxes = parseBoxes(data);
    if (boxes.some(({ type }) => type === 'moov')) {
      this.#timescale = timescaleOf(findBox(boxes, 'moov/trak/mdia/mdhd').body);
      return undefined;
    }
    const at = Date.now();
    const early = at - (mediaTimeOf(findBox(boxes, 'moof/traf/tfdt').body) / this.#timescale) * 1000;
    this.#origin = Math.min(this.#origin, early);
    return { at, ageMs: early - this.#origin, bytes: data.length };
  }
}

/** ISO/IEC 14496-12 section 8.4.2. */
const timescaleOf = (mdhd: Buffer): number => mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
/** Section 8.8.12. */
const mediaTimeOf = (tfdt: Buffer): number =>
  tfdt[0] === 1 ? Number(tfdt.readBigUInt64BE(4)) : tfdt.readUInt32BE(4);
