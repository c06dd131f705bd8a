/** What is recorded: closed segments in the store, those that are being written as workers tell. */
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { RecorderMessage, Segment } from '../recording-link.ts';
import type { SegmentSpan, SegmentStore } from './segment-store.ts';

export interface RecordingIndexOptions {
  repository: Pick<SegmentStore, 'save' | 'spans' | 'list'>;
  /** How long a recording of a camera stays now, milliseconds. */
  keepMsOf: (cameraId: string) => number;
  /** Removes a file that was given up while it was written. */
  discard: (segment: Segment) => Promise<void>;
  log: Logger;
}

/** What a recorder told last. */
export type RecorderFacts = Omit<Extract<RecorderMessage, { type: 'recorder' }>, 'type'>;

/** Knows every segment; messages of workers are its input. */
export class RecordingIndex {
  readonly #options: RecordingIndexOptions;
  /** Segments that are being written, by camera and name, with the worker that writes them. */
  readonly #open = new Map<string, { segment: Segment; worker: string }>();
  /** Names of open segments that are to be removed when they are closed. */
  readonly #discarded = new Set<string>();
  readonly #recorders = new Map<string, RecorderFacts & { worker: string }>();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RecordingIndexOptions) {
    this.#options = options;
  }

  /** Takes what a worker tells. */
  take(worker: string, message: RecorderMessage): void {
    if (message.type === 'recorder') {
      const { type: _type, ...facts } = message;
      this.#recorders.set(message.cameraId, { ...facts, worker });
      return;
    }
    const { segment, isOpen } = message;
    const key = keyOf(segment);
    if (isOpen) this.#open.set(key, { segment, worker });
    else this.#writing = this.#writing.then(() => this.#close(key, segment));
  }

  /** A worker is gone: what it was writing is found in the folder. */
  dropWorker(worker: string): void {
    for (const [key, { worker: writer }] of this.#open) if (writer === worker) this.#open.delete(key);
    for (const [id, { worker: recorder }] of this.#recorders)
      if (recorder === worker) this.#recorders.delete(id);
  }

  /** Forgets what recorders of other cameras did. */
  retainRecorders(cameraIds: ReadonlySet<string>): void {
    for (const id of this.#recorders.keys()) if (!cameraIds.has(id)) this.#recorders.delete(id);
  }

  /** Whether a worker writes the segment now. */
  isOpen(cameraId: string, file: string): boolean {
    return this.#open.has(keyOf({ cameraId, file }));
  }

  /** Bytes of what is being written. */
  get openBytes(): number {
    return [...this.#open.values()].reduce((sum, { segment }) => sum + segment.bytes, 0);
  }

  /** What recorders do, by camera. */
  recorder(cameraId: string): RecorderFacts | undefined {
    return this.#recorders.get(cameraId);
  }

  get recorders(): RecorderFacts[] {
    return [...this.#recorders.values()].map(({ worker: _worker, ...facts }) => facts);
  }

  /** Segments that overlap a time, in order of time. */
  async spans(cameraId: string, from: number, to: number): Promise<SegmentSpan[]> {
    const open = this.openSegments(cameraId, from, to);
    return joined(await this.#options.repository.spans(cameraId, from, to), open);
  }

  /** The same with all that players need. @param limit most of them */
  async list(cameraId: string, from: number, to: number, limit: number): Promise<Segment[]> {
    const open = this.openSegments(cameraId, from, to);
    return joined(await this.#options.repository.list(cameraId, from, to, limit), open);
  }

  /** Segments that are being written. */
  openSegments(cameraId: string, from: number, to: number): Segment[] {
    return [...this.#open.values()]
      .map(({ segment }) => segment)
      .filter((segment) => segment.cameraId === cameraId && segment.startedAt < to && segment.endedAt > from);
  }

  /** Gives an open segment up: it is removed as soon as it is closed. */
  discard(segment: Pick<Segment, 'cameraId' | 'file'>): void {
    this.#discarded.add(keyOf(segment));
  }

  /** Resolves when what was told is stored. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #close(key: string, segment: Segment): Promise<void> {
    const { repository, keepMsOf, discard, log } = this.#options;
    try {
      if (this.#discarded.delete(key)) await discard(segment);
      else await repository.save(segment, segment.endedAt + keepMsOf(segment.cameraId));
    } catch (error) {
      // The file is found in the folder later.
      log.warn({ cameraId: segment.cameraId, reason: messageOf(error) }, 'could not index a segment');
    }
    this.#open.delete(key);
  }
}

function keyOf({ cameraId, file }: Pick<Segment, 'cameraId' | 'file'>): string {
  return `${cameraId}/${file}`;
}

/** In order of time. One that was closed while the store was asked is in both, and counts once. */
function joined<T extends SegmentSpan>(closed: readonly T[], open: readonly T[]): T[] {
  const known = new Set(closed.map(({ startedAt }) => startedAt));
  const rest = open.filter(({ startedAt }) => !known.has(startedAt));
  return [...closed, ...rest].sort((a, b) => a.startedAt - b.startedAt);
}
