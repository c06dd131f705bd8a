/** A chain of FFmpeg's filters for frames of one kind. */
import { Filter, type FilterContext, FilterGraph, FilterInOut, Frame } from 'node-av/lib';

/** Filters frames that {@link describeFrame} describes as it does the example. Calls must not overlap. */
export class FilterChain implements Disposable {
  readonly #graph = new FilterGraph();
  readonly #source: FilterContext;
  readonly #sink: FilterContext;

  /** @param chain as FFmpeg writes it @throws Error when FFmpeg refuses it */
  constructor(example: Frame, chain: string) {
    this.#graph.alloc();
    this.#graph.nbThreads = 1;
    const source = this.#graph.createFilter(named('buffer'), 'in', describeFrame(example));
    const sink = this.#graph.createFilter(named('buffersink'), 'out');
    if (source === null || sink === null) throw new Error('FFmpeg cannot create the filter ends');
    const outputs = FilterInOut.createList([{ name: 'in', filterCtx: source, padIdx: 0 }]);
    const inputs = FilterInOut.createList([{ name: 'out', filterCtx: sink, padIdx: 0 }]);
    const status = this.#graph.parsePtr(chain, inputs, outputs);
    if (status < 0 || this.#graph.configSync() < 0) {
      this.#graph.free();
      throw new Error(`FFmpeg refuses the filter chain ${chain}`);
    }
    this.#source = source;
    this.#sink = sink;
  }

  /** Filters one frame. @returns a new frame that the caller frees; the input stays the caller's */
  async filter(frame: Frame): Promise<Frame> {
    const [input, output] = [new Frame(), new Frame()];
    input.alloc();
    output.alloc();
    input.ref(frame);
    const added = await this.#source.buffersrcAddFrame(input);
    input.free();
    const status = added < 0 ? added : await this.#sink.buffersinkGetFrame(output);
    if (status >= 0) return output;
    output.free();
    throw new Error(`FFmpeg cannot convert the picture (${status})`);
  }

  [Symbol.dispose](): void {
    this.#graph.free();
  }
}

/** What a chain must know of the frames it is given. */
export function describeFrame(frame: Frame): string {
  return [
    `video_size=${frame.width}x${frame.height}`,
    `pix_fmt=${frame.format}`,
    'time_base=1/1000',
    'pixel_aspect=1/1',
    `colorspace=${frame.colorSpace}`,
    `range=${frame.colorRange}`,
  ].join(':');
}

function named(name: string): Filter {
  const found = Filter.getByName(name);
  if (found === null) throw new Error(`FFmpeg has no filter ${name}`);
  return found;
}
