/** `multipart/x-mixed-replace`: pictures one after another in an answer that does not end. */
import type { ServerResponse } from 'node:http';

const BOUNDARY = 'frame';

/** A picture of such a stream. */
export interface MjpegPicture {
  /** JPEG. */
  bytes: Buffer;
  /** Capture time, Unix seconds. */
  timestamp: number;
  sequence: number;
}

/** Writes a picture when the one before has left; meanwhile only the newest waits. */
export class MjpegAnswer {
  readonly #response: ServerResponse;
  readonly #onDrop: () => void;
  #waiting: MjpegPicture | undefined;
  #isBusy = false;

  /** Begins the answer. @param onDrop called for each picture that is skipped */
  constructor(response: ServerResponse, onDrop: () => void = () => {}) {
    this.#response = response;
    this.#onDrop = onDrop;
    response.statusCode = 200;
    response.setHeader('Content-Type', `multipart/x-mixed-replace; boundary=${BOUNDARY}`);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Accel-Buffering', 'no');
    response.flushHeaders();
    response.on('error', () => {});
    response.on('drain', () => this.#writeWaiting());
  }

  /** Takes the newest picture. */
  offer(picture: MjpegPicture): void {
    if (!this.#isBusy) {
      this.#write(picture);
      return;
    }
    if (this.#waiting !== undefined) this.#onDrop();
    this.#waiting = picture;
  }

  #writeWaiting(): void {
    this.#isBusy = false;
    const picture = this.#waiting;
    this.#waiting = undefined;
    if (picture !== undefined) this.#write(picture);
  }

  #write({ bytes, timestamp, sequence }: MjpegPicture): void {
    const head = [
      `--${BOUNDARY}`,
      'Content-Type: image/jpeg',
      `Content-Length: ${bytes.length}`,
      `X-Timestamp: ${timestamp}`,
      `X-Frame-Sequence: ${sequence}`,
    ];
    this.#response.cork();
    this.#response.write(`${head.join('\r\n')}\r\n\r\n`);
    this.#response.write(bytes);
    this.#isBusy = !this.#response.write('\r\n');
    this.#response.uncork();
  }
}
