/** What is kept of one camera: the newest seconds in memory, and on disk what is wanted there. */
import type { Begins, RecorderState } from '#shared/contract/recording.ts';
import type { RecorderStatus } from '#shared/contract/status.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { DesiredRecording, RecorderMessage, StoreOrder } from '#shared/recording-link.ts';
import type { PacketSubscriber } from '../../packets/packet-hub.ts';
import type { Chunk } from './chunk.ts';
import { Chunker, type ChunkSink, CLOCKS, type Clocks } from './chunker.ts';
import type { KeptGroup } from './kept-pictures.ts';
import { MemoryRing, type RingBudget } from './memory-ring.ts';
import type { SegmentFolder } from './segment-file.ts';
import { SegmentWriter } from './segment-writer.ts';

export interface CameraRecorderOptions {
  cameraId: string;
  folder: SegmentFolder;
  budget: RingBudget;
  subscribe: (subscriber: PacketSubscriber) => { close(): void };
  notify: (message: RecorderMessage) => void;
  log: Logger;
  clocks?: Clocks;
  limits?: Partial<SegmentLimits>;
}

/** When a segment ends, with the next keyframe or, where none comes, without. */
export interface SegmentLimits {
  segmentMs: number;
  maxMs: number;
  maxBytes: number;
  /** A disk that was full is tried again after this, milliseconds. */
  retryMs: number;
}

const LIMITS: SegmentLimits = {
  segmentMs: 60_000,
  maxMs: 300_000,
  maxBytes: 512 * 1024 * 1024,
  retryMs: 10_000,
};
/** A keyframe that comes this much early ends a segment too, milliseconds. */
const EARLY_MS = 500;
/** No order reaches further into the future, milliseconds. */
const MAX_AHEAD_MS = 600_000;

/** From start to close. */
export class CameraRecorder implements ChunkSink {
  readonly #options: CameraRecorderOptions;
  readonly #limits: SegmentLimits;
  readonly #clocks: Clocks;
  readonly #ring: MemoryRing;
  readonly #closing = new Set<Promise<void>>();
  #chunker: Chunker;
  #subscription: { close(): void } | undefined;
  #isContinuous = false;
  /** What comes before this time goes to disk. */
  #storeUntil = Number.NEGATIVE_INFINITY;
  #writer: SegmentWriter | undefined;
  /** Number of the newest chunk that was given to a writer. */
  #written = 0;
  /** Why the next segment does not continue the one before. */
  #gap: Begins | undefined = 'restarted';
  #retryAt = Number.NEGATIVE_INFINITY;
  #state: RecorderState = 'waiting';
  #reason: string | null = null;
  #isClosed = false;

  constructor(options: CameraRecorderOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#clocks = options.clocks ?? CLOCKS;
    this.#ring = new MemoryRing(options.budget);
    this.#chunker = new Chunker(this, this.#clocks);
  }

  /** What the gateway was told last. */
  get message(): RecorderMessage {
    return { type: 'recorder', cameraId: this.#options.cameraId, ...this.status };
  }

  get status(): RecorderStatus {
    return { state: this.#state, reason: this.#reason };
  }

  /** Begins to take packets. */
  start(): void {
    this.#subscription = this.#options.subscribe(this.#chunker);
  }

  /** Says what is wanted from now on. */
  apply({ isContinuous, ringSeconds }: Omit<DesiredRecording, 'keepMs'>): void {
    this.#isContinuous = isContinuous;
    this.#ring.keepMs = ringSeconds * 1000;
  }

  /** Writes a time to disk, what is in memory of it now and the rest as it comes. */
  store({ from, until }: StoreOrder): void {
    const offsetMs = this.#clocks.wall() - this.#clocks.mono();
    const latest = this.#clocks.mono() + MAX_AHEAD_MS;
    this.#storeUntil = Math.max(this.#storeUntil, Math.min(until - offsetMs, latest));
    if (this.#writer !== undefined) return;
    for (const chunk of this.#ring.since(from - offsetMs))
      if (chunk.sequence > this.#written) this.#write(chunk);
  }

  /** What a picture of a time is decoded from, where it is in memory. @param at Unix milliseconds */
  groupUntil(at: number): KeptGroup | undefined {
    this.#chunker.flush();
    return this.#ring.groupUntil(at);
  }

  onChunk(chunk: Chunk): void {
    this.#ring.add(chunk);
    this.#write(chunk);
    this.#tell();
  }

  onUnsupported({ code }: AppError): void {
    this.#endSegment();
    this.#setState('unsupported', code);
  }

  onFailure(error: AppError): void {
    this.onUnsupported(error);
    this.#options.log.error(
      { err: error, cameraId: this.#options.cameraId },
      'a recorder failed and begins anew',
    );
    this.#subscription?.close();
    this.#chunker.close();
    // The packet that cannot be taken may be in the group that a new subscriber gets first.
    setTimeout(() => this.#restart(), this.#limits.retryMs).unref();
  }

  onRemoved(): void {
    this.#endSegment();
    this.#gap = 'off';
    this.#setState('waiting', null);
  }

  /** Resolves when what came so far is on disk, where it belongs there. */
  async settled(): Promise<void> {
    await Promise.all([...this.#closing, this.#writer?.settled()]);
  }

  /** Ends the segment and forgets what is in memory. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#subscription?.close();
    this.#chunker.close();
    this.#endSegment();
    this.#ring.close();
    await Promise.all(this.#closing);
  }

  #restart(): void {
    if (this.#isClosed) return;
    this.#gap = 'interrupted';
    this.#chunker = new Chunker(this, this.#clocks);
    this.start();
  }

  #write(chunk: Chunk): void {
    const isWanted = this.#isContinuous || chunk.startedMono < this.#storeUntil;
    if (chunk.begins !== 'continues' && this.#written > 0) this.#endSegment(chunk.begins);
    if (this.#writer !== undefined && chunk.isIndependent) {
      if (!isWanted) this.#endSegment('off');
      else if (this.#writer.durationMs >= this.#limits.segmentMs - EARLY_MS) this.#endSegment();
    } else if (this.#isOverlong()) this.#endSegment('interrupted');
    if (this.#writer === undefined) {
      if (!isWanted || !chunk.isIndependent || this.#clocks.mono() < this.#retryAt) return;
      const isNext = chunk.sequence === this.#written + 1;
      if (!isNext) this.#gap ??= 'off';
      else if (this.#gap === 'off') this.#gap = undefined;
      this.#writer = this.#begin(chunk);
    } else this.#writer.append(chunk);
    this.#written = chunk.sequence;
  }

  #isOverlong(): boolean {
    const { durationMs, bytes } = this.#writer ?? { durationMs: 0, bytes: 0 };
    return durationMs >= this.#limits.maxMs || bytes >= this.#limits.maxBytes;
  }

  #begin(chunk: Chunk): SegmentWriter {
    const { folder, cameraId, notify } = this.#options;
    const begins = this.#gap ?? 'continues';
    this.#gap = undefined;
    const writer: SegmentWriter = new SegmentWriter(chunk, {
      ...{ folder, cameraId, begins },
      onProgress: (segment, isOpen) => {
        notify({ type: 'segment', segment, isOpen });
        if (isOpen && this.#writer === writer) this.#setState('recording', null);
      },
      onFailure: (error) => this.#pause(writer, error),
    });
    return writer;
  }

  /** Closes the segment; what follows continues it, unless there is a reason why not. */
  #endSegment(reason?: Begins): void {
    if (reason !== undefined) this.#gap ??= reason;
    const writer = this.#writer;
    this.#writer = undefined;
    if (writer === undefined) return;
    const closing = writer.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  #pause(writer: SegmentWriter, error: unknown): void {
    const { cameraId, log } = this.#options;
    log.error({ cameraId, reason: messageOf(error) }, 'recording pauses');
    if (this.#writer === writer) this.#endSegment();
    this.#gap = 'storage-full';
    this.#retryAt = this.#clocks.mono() + this.#limits.retryMs;
    this.#setState('paused', error instanceof AppError ? error.code : 'storage-unavailable');
  }

  /** What was paused records again only when something is on disk. */
  #tell(): void {
    const isWanted = this.#isContinuous || this.#clocks.mono() < this.#storeUntil;
    if (this.#writer === undefined && !(isWanted && this.#state === 'paused')) this.#setState('ready', null);
  }

  #setState(state: RecorderState, reason: string | null): void {
    if (this.#state === state && this.#reason === reason) return;
    if (this.#state === 'paused')
      this.#options.log.info({ cameraId: this.#options.cameraId }, 'recording goes on');
    this.#state = state;
    this.#reason = reason;
    this.#options.notify(this.message);
  }
}
