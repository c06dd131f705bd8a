/** Turns decoded pictures upright. */
import type { Frame } from 'node-av/lib';
import type { Rotation } from '#shared/media/packet.ts';
import { describeFrame, FilterChain } from './filter-chain.ts';

const FILTERS: Record<Rotation, string> = {
  90: 'transpose=clock',
  180: 'hflip,vflip',
  270: 'transpose=cclock',
};

/** Turns all pictures of a stream alike. Calls must not overlap. */
export class FrameTurner implements Disposable {
  readonly #rotation: Rotation;
  #filters: FilterChain | undefined;
  #input = '';

  constructor(rotation: Rotation) {
    this.#rotation = rotation;
  }

  /** @returns a new frame in place of the given one, which is freed @throws Error when FFmpeg refuses */
  async turn(frame: Frame): Promise<Frame> {
    try {
      const input = describeFrame(frame);
      if (input !== this.#input) {
        this[Symbol.dispose]();
        this.#filters = new FilterChain(frame, FILTERS[this.#rotation]);
        this.#input = input;
      }
      return await (this.#filters as FilterChain).filter(frame);
    } finally {
      frame.free();
    }
  }

  [Symbol.dispose](): void {
    this.#filters?.[Symbol.dispose]();
    this.#filters = undefined;
    this.#input = '';
  }
}
