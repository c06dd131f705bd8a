/** A stream whose owner makes the pictures and decides when. */
import type {
  AccessUnit,
  StreamCodec,
  StreamSource,
} from '../../workers/simulator/server/stream/stream-source.ts';

/** Hands on what is pushed, at once; what is pushed while no server listens is lost. */
export class PushSource implements StreamSource {
  readonly codec: StreamCodec;
  readonly framesPerSecond: number | undefined;
  readonly parameterSets: readonly Buffer[];
  readonly #listeners = new Set<(unit: AccessUnit) => void>();

  constructor({
    codec,
    framesPerSecond,
    parameterSets = [],
  }: Pick<StreamSource, 'codec' | 'framesPerSecond'> & { parameterSets?: readonly Buffer[] }) {
    this.codec = codec;
    this.framesPerSecond = framesPerSecond;
    this.parameterSets = parameterSets;
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
