/** `GET /api/cameras/:id/stream.mjpeg`: pictures one after another for `<img>` and players. */
import type { RequestHandler, Response } from 'express';
import { parseFields } from '#shared/camera.ts';
import { mjpegQuerySchema } from '#shared/frames/subscription.ts';
import type { CameraSet } from '../../camera/camera-set.ts';
import type { Picture } from '../../pictures/picture.ts';

const BOUNDARY = 'frame';

/** Creates the route handler. A client that cannot keep up skips to the newest picture. */
export function mjpegRoute(cameras: CameraSet): RequestHandler<{ id: string }> {
  return (req, res) => {
    const request = parseFields(mjpegQuerySchema, req.query);
    const camera = cameras.get(req.params.id);
    res.status(200);
    res.setHeader('Content-Type', `multipart/x-mixed-replace; boundary=${BOUNDARY}`);
    res.setHeader('Cache-Control', 'no-store');
    res.setHeader('X-Accel-Buffering', 'no');
    res.flushHeaders();
    if (req.method === 'HEAD') {
      res.end();
      return;
    }
    const writer = new NewestOnlyWriter(res, () => {
      camera.counters.drops += 1;
    });
    const subscription = cameras.subscribe(camera.id, request, (picture) => writer.offer(picture));
    res.on('error', () => {});
    res.on('close', () => subscription.close());
  };
}

/** Writes a picture when the one before has left; meanwhile only the newest waits. */
class NewestOnlyWriter {
  readonly #response: Response;
  readonly #onDrop: () => void;
  #waiting: Picture | undefined;
  #isBusy = false;

  constructor(response: Response, onDrop: () => void) {
    this.#response = response;
    this.#onDrop = onDrop;
    response.on('drain', () => this.#writeWaiting());
  }

  offer(picture: Picture): void {
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

  #write({ bytes, facts }: Picture): void {
    const head = [
      `--${BOUNDARY}`,
      'Content-Type: image/jpeg',
      `Content-Length: ${bytes.length}`,
      `X-Timestamp: ${facts.timestamp}`,
      `X-Frame-Sequence: ${facts.sequence}`,
    ];
    this.#response.cork();
    this.#response.write(`${head.join('\r\n')}\r\n\r\n`);
    this.#response.write(bytes);
    this.#isBusy = !this.#response.write('\r\n');
    this.#response.uncork();
  }
}
