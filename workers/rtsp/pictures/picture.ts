/** One JPEG (or grey plane) of one frame, and its forms on the wire, each built once however many want it. */
import {
  encodeBase64Frame,
  encodeBinaryFrame,
  encodeLumaFrame,
  encodeNotifyFrame,
  type FrameFacts,
  type FramePayload,
} from '#shared/frames/payload.ts';
import type { Encoding, PictureFormat } from '#shared/frames/subscription.ts';

/** A finished picture; its bytes are shared and never changed. */
export class Picture {
  readonly facts: FrameFacts;
  readonly bytes: Buffer;
  readonly format: PictureFormat;
  readonly #madeAt = performance.now();
  readonly #payloads = new Map<Encoding, FramePayload>();

  constructor(facts: FrameFacts, bytes: Buffer, format: PictureFormat) {
    this.facts = facts;
    this.bytes = bytes;
    this.format = format;
  }

  /** Age of the frame now, milliseconds. A wall clock that is set back makes no old frame new. */
  ageMs(now = Date.now()): number {
    const sinceMadeMs = performance.now() - this.#madeAt;
    return Math.round(Math.max(sinceMadeMs, now - this.facts.timestamp * 1000));
  }

  /** The bytes for a socket. */
  payload(encoding: Encoding): FramePayload {
    const known = this.#payloads.get(encoding);
    if (known !== undefined) return known;
    const built = this.#build(encoding);
    this.#payloads.set(encoding, built);
    return built;
  }

  #build(encoding: Encoding): FramePayload {
    if (encoding === 'base64') return encodeBase64Frame(this.facts, this.bytes);
    if (encoding === 'binary') return encodeBinaryFrame(this.facts, this.bytes);
    if (encoding === 'luma') return encodeLumaFrame(this.facts, this.bytes);
    return encodeNotifyFrame(this.facts, this.#url());
  }

  #url(): string {
    const { width, quality } = this.format;
    const query = new URLSearchParams({ seq: String(this.facts.sequence), quality: String(quality) });
    if (width !== undefined) query.set('width', String(width));
    return `/api/cameras/${encodeURIComponent(this.facts.cameraId)}/frame?${query}`;
  }
}

/** Key under which pictures of one frame are the same. */
export function formatKey({ width, quality, isLuma, area }: PictureFormat): string {
  const part = area === undefined ? '' : `:${area.join(',')}`;
  return `${width ?? 'auto'}:${isLuma === true ? 'luma' : quality}${part}`;
}
