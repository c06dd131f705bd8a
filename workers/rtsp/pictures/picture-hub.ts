/**
 * The pictures of one camera and their viewers. A hub outlives the camera's
 * sessions and may exist before the camera does: viewers then get frames as
 * soon as there are any.
 */
import type { Encoding, FrameRequest, PictureFormat } from '#shared/frames/subscription.ts';
import type { LiveFrame } from './live-frame.ts';
import { Pacer } from './pacer.ts';
import { formatKey, type Picture } from './picture.ts';

export type PictureRequest = Pick<FrameRequest, 'fps' | 'width' | 'quality'> & { encoding?: Encoding };

interface Subscriber {
  pacer: Pacer;
  fps: number;
  deliver: (picture: Picture) => void;
  /** Of the last picture it got, so that none comes twice; 0 before the first. */
  lastSequence: number;
}

interface Variant {
  format: PictureFormat;
  pacer: Pacer;
  subscribers: Set<Subscriber>;
  /** Media time of its last picture, milliseconds. */
  lastMs: number;
  /** The picture that all its new viewers wait for. */
  first: FirstPicture | undefined;
}

interface FirstPicture {
  picture: Promise<Picture>;
  /** Ends the wait, when no viewer is left. */
  end: AbortController;
}

/** What makes the pictures of the camera's current session. */
export interface PictureSource {
  /** The newest picture, for a viewer that just subscribed. @param signal aborts when no viewer wants it */
  firstPicture(format: PictureFormat, signal: AbortSignal): Promise<Picture>;
  /** {@link PictureHub.maxFps} or {@link PictureHub.needsFullQuality} may have changed. */
  updateDemand(): void;
}

/** Pictures kept for `GET /frame?seq=N`. */
const KEPT_PICTURES = 12;
/** On overload analysis gets a picture this often only, milliseconds: viewers go first. */
const YIELD_MS = 1000;
/** Formats of one camera that are made as they are asked for; a dashboard has two or three. */
const MAX_FORMATS = 6;
/** Further viewers get the next smaller of these widths: otherwise one client could ask for hundreds. */
const SHARED_WIDTHS = [1280, 640, 320];
const SHARED_QUALITY = 80;

/** Fans the frames of one camera out: each format encoded once, at the highest rate asked of it. */
export class PictureHub {
  readonly #variants = new Map<string, Variant>();
  #kept: Picture[] = [];
  #source: PictureSource | undefined;

  /** Viewers and our own analysis. */
  get subscribers(): number {
    return [...this.#variants.values()].reduce((sum, { subscribers }) => sum + subscribers.size, 0);
  }

  /** Clients that see pictures. */
  get viewers(): number {
    return [...this.#variants.values()]
      .filter(({ format }) => format.isLuma !== true)
      .reduce((sum, { subscribers }) => sum + subscribers.size, 0);
  }

  /** The highest rate wanted, 0 without viewers. */
  get maxFps(): number {
    return Math.max(0, ...[...this.#variants.values()].map(fastest));
  }

  /** Whether there are viewers beside analysis, which does with lower quality. */
  get needsFullQuality(): boolean {
    return [...this.#variants.values()].some(({ format }) => format.isLuma !== true);
  }

  /** Whether a viewer waits for the picture of this media time. */
  isDue(mediaTimeMs: number): boolean {
    return [...this.#variants.values()].some(({ pacer }) => pacer.isDue(mediaTimeMs));
  }

  /** Takes pictures from a source, in place of the one before. */
  attach(source: PictureSource): void {
    this.#source = source;
  }

  /** The camera is gone; viewers wait for another. */
  detach(): void {
    this.#source = undefined;
    this.#kept = [];
  }

  /** Starts delivering; `deliver` must not block and never queues. */
  subscribe(request: PictureRequest, deliver: (picture: Picture) => void): { close(): void } {
    const format = this.#affordable(formatOf(request));
    const key = formatKey(format);
    const variant = this.#variants.get(key) ?? newVariant(format, request.fps);
    const subscriber = { pacer: new Pacer(request.fps), fps: request.fps, deliver, lastSequence: 0 };
    variant.subscribers.add(subscriber);
    this.#variants.set(key, variant);
    this.#onSubscribers(key, variant);
    this.#deliverFirst(variant, subscriber);
    return {
      close: () => {
        if (variant.subscribers.delete(subscriber)) this.#onSubscribers(key, variant);
      },
    };
  }

  /** Gives a frame to viewers that are due for one. @param isBehind newer ones wait: viewers go before analysis */
  async publish(frame: LiveFrame, isBehind = false): Promise<void> {
    const { mediaTimeMs } = frame.facts;
    for (const variant of [...this.#variants.values()]) {
      if (variant.subscribers.size === 0 || (isBehind && this.#canWait(variant, mediaTimeMs))) continue;
      if (!variant.pacer.take(mediaTimeMs)) continue;
      variant.lastMs = mediaTimeMs;
      const picture = await frame.picture(variant.format);
      this.#keep(picture);
      this.#deliverToDue(variant, picture, mediaTimeMs);
    }
  }

  /** A recently delivered picture. */
  find(sequence: number, format: PictureFormat): Picture | undefined {
    const key = formatKey(format);
    return this.#kept.find(
      (picture) => picture.facts.sequence === sequence && formatKey(picture.format) === key,
    );
  }

  #onSubscribers(key: string, variant: Variant): void {
    if (variant.subscribers.size === 0) {
      this.#variants.delete(key);
      variant.first?.end.abort();
    } else variant.pacer.fps = fastest(variant);
    this.#source?.updateDemand();
  }

  /** The format itself, or a shared one when many others are in use. */
  #affordable(format: PictureFormat): PictureFormat {
    if (format.isLuma === true || this.#variants.has(formatKey(format))) return format;
    const inUse = [...this.#variants.values()].filter((variant) => variant.format.isLuma !== true);
    if (inUse.length < MAX_FORMATS) return format;
    const { width = SHARED_WIDTHS[0] as number } = format;
    return {
      width: SHARED_WIDTHS.find((shared) => shared <= width) ?? SHARED_WIDTHS.at(-1),
      quality: SHARED_QUALITY,
    };
  }

  #canWait({ format, lastMs }: Variant, mediaTimeMs: number): boolean {
    return format.isLuma === true && this.needsFullQuality && Math.abs(mediaTimeMs - lastMs) < YIELD_MS;
  }

  /** A new viewer of a slow rate sees something immediately. */
  #deliverFirst(variant: Variant, subscriber: Subscriber): void {
    void this.#firstOf(variant)?.picture.then(
      (picture) => {
        if (subscriber.lastSequence > 0 || !variant.subscribers.has(subscriber)) return;
        this.#keep(picture);
        this.#deliverOnce(variant, subscriber, picture);
      },
      () => {
        // No picture yet: the subscriber gets the first one that comes.
      },
    );
  }

  #firstOf(variant: Variant): FirstPicture | undefined {
    if (variant.first !== undefined || this.#source === undefined) return variant.first;
    const end = new AbortController();
    const first = { picture: this.#source.firstPicture(variant.format, end.signal), end };
    variant.first = first;
    const forget = (): void => {
      if (variant.first === first) variant.first = undefined;
    };
    first.picture.then(forget, forget);
    return first;
  }

  #deliverToDue(variant: Variant, picture: Picture, mediaTimeMs: number): void {
    const rate = fastest(variant);
    for (const subscriber of variant.subscribers) {
      if (subscriber.fps < rate && !subscriber.pacer.take(mediaTimeMs)) continue;
      this.#deliverOnce(variant, subscriber, picture);
    }
  }

  /** A subscriber that throws gets nothing any more; the others do. */
  #deliverOnce(variant: Variant, subscriber: Subscriber, picture: Picture): void {
    if (subscriber.lastSequence === picture.facts.sequence) return;
    subscriber.lastSequence = picture.facts.sequence;
    try {
      subscriber.deliver(picture);
    } catch {
      if (variant.subscribers.delete(subscriber)) this.#onSubscribers(formatKey(variant.format), variant);
    }
  }

  #keep(picture: Picture): void {
    if (picture.format.isLuma === true || this.#kept.includes(picture)) return;
    this.#kept = [...this.#kept.slice(1 - KEPT_PICTURES), picture];
  }
}

function formatOf({ width, quality, encoding }: PictureRequest): PictureFormat {
  return { width, quality, ...(encoding === 'luma' ? { isLuma: true } : {}) };
}

function newVariant(format: PictureFormat, fps: number): Variant {
  return {
    format,
    pacer: new Pacer(fps),
    subscribers: new Set(),
    lastMs: Number.NEGATIVE_INFINITY,
    first: undefined,
  };
}

function fastest({ subscribers }: Variant): number {
  return Math.max(0, ...[...subscribers].map(({ fps }) => fps));
}
