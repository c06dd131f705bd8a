/** A stream whose owner makes the pictures and decides when. */
import type { AccessUnit, VideoCodec } from '#shared/media/packet.ts';
import type { StreamSource } from '../../workers/simulator/server/stream/stream-source.ts';

/** Passes pushed packets on immediately; drops them while no server listens. */
export class PushSource implements StreamSource {
  readonly codec: VideoCodec;
  readonly announcedFps: number | undefined;
  readonly parameterSets = Buffer.alloc(0);
  readonly #listeners = new Set<(unit: AccessUnit) => void>();

  constructor({ codec, framesPerSecond }: { codec: VideoCodec; framesPerSecond?: number }) {
    this.codec = codec;
    this.announcedFps = framesPerSecond;
  }

  /** Sends one access unit to every client that plays. */
  push(unit: AccessUnit): void {
    for (const listener of this.#listeners) listener(unit);
  }

  subscribe(listener: (unit: AccessUnit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
