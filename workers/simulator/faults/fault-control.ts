/** Switches faults on and off, and applies their immediate effects. */
import { AppError } from '#shared/errors.ts';
import type { StreamSource } from '../server/stream/stream-source.ts';
import {
  ANY_PATH,
  type Fault,
  type FaultBoard,
  type FaultInput,
  type FaultKind,
  faultSchema,
} from './faults.ts';

export interface FaultControlOptions {
  board: FaultBoard;
  streams: ReadonlyMap<string, StreamSource>;
  /** Resets the connections of a path, or all with `*`. */
  reset(path: string): void;
}

/** The only writer of a {@link FaultBoard}. */
export class FaultControl {
  readonly #options: FaultControlOptions;

  constructor(options: FaultControlOptions) {
    this.#options = options;
  }

  /** @throws AppError `invalid-field` for a path that is not served, or a fault its source cannot have */
  set(path: string, input: FaultInput): void {
    const { board, streams, reset } = this.#options;
    const fault = faultSchema.parse(input);
    if (path !== ANY_PATH && !streams.has(path)) {
      throw new AppError('invalid-field', `no stream at ${path}`, { field: 'path' });
    }
    if (fault.fault === 'slow-keyframes') this.#setKeyframeInterval(path, fault.seconds);
    if (fault.fault === 'drop') reset(path);
    else board.set(path, fault);
  }

  /** Switches off one fault of a path, or all of it, or all there are. */
  clear(path?: string, kind?: FaultKind): void {
    const { board } = this.#options;
    const slowBefore = pathsWithSlowKeyframes(board);
    board.clear(path, kind);
    const slowStill = pathsWithSlowKeyframes(board);
    for (const slowPath of slowBefore.filter((before) => !slowStill.includes(before))) {
      for (const source of this.#sourcesAt(slowPath)) source.setKeyframeInterval?.(undefined);
    }
  }

  #setKeyframeInterval(path: string, seconds: number): void {
    const sources = this.#sourcesAt(path);
    if (sources.some(({ setKeyframeInterval }) => setKeyframeInterval === undefined)) {
      throw new AppError('invalid-field', `the source at ${path} cannot place keyframes`, { field: 'fault' });
    }
    for (const source of sources) source.setKeyframeInterval?.(seconds);
  }

  #sourcesAt(path: string): StreamSource[] {
    const { streams } = this.#options;
    if (path === ANY_PATH) return [...streams.values()];
    const source = streams.get(path);
    return source === undefined ? [] : [source];
  }
}

function pathsWithSlowKeyframes(board: FaultBoard): string[] {
  const isSlow = ({ fault }: Fault): boolean => fault === 'slow-keyframes';
  return Object.entries(board.list()).flatMap(([path, faults]) => (faults.some(isSlow) ? [path] : []));
}
