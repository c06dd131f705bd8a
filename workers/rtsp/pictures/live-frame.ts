/** The newest decoded frame of a camera and the pictures made of it, one per format. */
import { DEFAULT_MAX_HEIGHT, DEFAULT_MAX_WIDTH, type PictureFormat } from '#shared/frames/subscription.ts';
import { formatKey, Picture } from './picture.ts';

/** A decoded frame; its holder must free it. */
export interface NativeFrame<T extends { free(): void } = { free(): void }> {
  native: T;
  sequence: number;
  /** As the camera sends it, pixels. */
  width: number;
  height: number;
}

interface Encoded {
  bytes: Buffer;
  width: number;
  height: number;
}

/** Encoders of one camera, one per format, each used by one frame at a time. */
export interface PictureEncoders {
  encode(frame: NativeFrame, format: PictureFormat): Promise<Encoded>;
  /** Frees encoders that no viewer's format needs any more. */
  close(): Promise<void>;
}

export interface FrameTimes {
  cameraId: string;
  /** Unix milliseconds. */
  capturedAt: number;
  mediaTimeMs: number;
}

/** Holds one native frame until it is released and every encoding of it has finished. */
export class LiveFrame {
  readonly facts: FrameTimes & { sequence: number };
  /** Viewers got this frame. */
  isShown = false;
  /** Decoded without the loop filter: good enough for analysis, not for viewers. */
  readonly isDegraded: boolean;
  readonly #frame: NativeFrame;
  readonly #encoders: PictureEncoders;
  readonly #pictures = new Map<string, Promise<Picture>>();
  readonly #encoded = new Map<string, Promise<Encoded>>();
  #isReleased = false;

  constructor(frame: NativeFrame, encoders: PictureEncoders, times: FrameTimes, isDegraded = false) {
    this.isDegraded = isDegraded;
    this.#frame = frame;
    this.#encoders = encoders;
    this.facts = { ...times, sequence: frame.sequence };
  }

  /** The frame in a format; asked twice, encoded once. @throws Error when encoding fails or the frame is gone */
  picture(format: PictureFormat): Promise<Picture> {
    const key = formatKey(format);
    const known = this.#pictures.get(key);
    if (known !== undefined) return known;
    if (this.#isReleased) return Promise.reject(new Error('the frame was released'));
    const made = this.#encode(format);
    this.#pictures.set(key, made);
    return made;
  }

  /** Frees the native frame once no encoder reads it. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await Promise.allSettled(this.#pictures.values());
    this.#frame.native.free();
  }

  async #encode(format: PictureFormat): Promise<Picture> {
    const { bytes, width, height } = await this.#bytesOf(this.#plain(format));
    const { cameraId, capturedAt, sequence } = this.facts;
    return new Picture({ cameraId, timestamp: capturedAt / 1000, sequence, width, height }, bytes, format);
  }

  #bytesOf(format: PictureFormat): Promise<Encoded> {
    const key = formatKey(format);
    const encoded = this.#encoded.get(key) ?? this.#encoders.encode(this.#frame, format);
    this.#encoded.set(key, encoded);
    return encoded;
  }

  /** Pictures are never enlarged: a width of the frame's own or more equals none, whose picture may exist already. */
  #plain({ width, ...format }: PictureFormat): PictureFormat {
    const own = this.#frame;
    const isOwnSize =
      format.area === undefined &&
      width !== undefined &&
      width >= own.width &&
      own.width <= DEFAULT_MAX_WIDTH &&
      own.height <= DEFAULT_MAX_HEIGHT;
    return { ...format, width: isOwnSize ? undefined : width };
  }
}
