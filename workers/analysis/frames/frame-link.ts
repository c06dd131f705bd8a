/** Client of one RTSP worker's link: small grey pictures of several cameras over one socket. */
import { WebSocket } from 'ws';
import { decodeLinkFrame, LINK_PATH, type LinkMessage } from '#shared/frames/link.ts';
import { decodeBinaryFrame } from '#shared/frames/payload.ts';
import { DEFAULT_QUALITY } from '#shared/frames/subscription.ts';
import type { Logger } from '#shared/logger.ts';
import { TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { LumaPicture } from '../motion/luma-picture.ts';

/** Address of an RTSP worker. */
export interface FrameOrigin {
  /** `http://127.0.0.1:8082` */
  origin: string;
  token: string;
}

/** A subscription. */
export interface LumaRequest {
  cameraId: string;
  fps: number;
  width: number;
}

const REOPEN_MS = 500;
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

interface OpenSubscription {
  request: LumaRequest;
  deliver: (picture: LumaPicture) => void;
}

/** Keeps its subscriptions across reconnects. */
export class FrameLink {
  readonly #from: FrameOrigin;
  readonly #log: Logger;
  readonly #subscriptions = new Map<number, OpenSubscription>();
  #socket: WebSocket | undefined;
  #reopen: NodeJS.Timeout | undefined;
  #isClosed = false;
  #lastId = 0;

  constructor(from: FrameOrigin, log: Logger) {
    this.#from = from;
    this.#log = log;
    this.#open();
  }

  /** Cameras it carries. */
  get size(): number {
    return this.#subscriptions.size;
  }

  /** Starts delivering; only the newest picture is ever in flight. */
  subscribe(request: LumaRequest, deliver: (picture: LumaPicture) => void): { close(): void } {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#subscriptions.set(id, { request, deliver });
    this.#send(openMessage(id, request));
    return {
      close: () => {
        if (this.#subscriptions.delete(id)) this.#send({ op: 'close', id });
      },
    };
  }

  /** Closes the connection permanently. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#reopen);
    this.#socket?.terminate();
  }

  #open(): void {
    const { origin, token } = this.#from;
    const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${LINK_PATH}`, {
      headers: { [TOKEN_HEADER]: token },
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    });
    this.#socket = socket;
    socket.on('error', (error) => this.#log.debug({ origin, err: error }, 'frame link failed'));
    socket.on('open', () => {
      for (const [id, { request }] of this.#subscriptions) this.#send(openMessage(id, request));
    });
    socket.on('message', (data: Buffer) => this.#onMessage(data));
    socket.on('close', () => {
      // Reconnects to the last address; the gateway announces a new one once the worker is back.
      if (!this.#isClosed) this.#reopen = setTimeout(() => this.#open(), REOPEN_MS);
    });
  }

  #onMessage(data: Buffer): void {
    const message = decodeLinkFrame(data);
    const frame = message === undefined ? undefined : decodeBinaryFrame(message.payload.data);
    if (message === undefined || frame?.isLuma !== true) return;
    const { width, height, timestamp } = frame.facts;
    if (frame.picture.length !== width * height) return;
    this.#subscriptions.get(message.id)?.deliver({ width, height, timestamp, pixels: frame.picture });
  }

  #send(message: LinkMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

function openMessage(id: number, { cameraId, fps, width }: LumaRequest): LinkMessage {
  return { op: 'open', id, request: { cameraId, fps, width, quality: DEFAULT_QUALITY, encoding: 'luma' } };
}
