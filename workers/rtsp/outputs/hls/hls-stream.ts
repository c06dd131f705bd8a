/** One camera as low-latency HLS: its segments, and the requests that wait for the next of them. */

import { AppError } from '#shared/errors.ts';
import type { Sample, SoundSample } from '#shared/media/mp4/fragment.ts';
import { buildInitSegment } from '#shared/media/mp4/init-segment.ts';
import type { SoundFormat } from '#shared/media/mp4/sound-format.ts';
import type { VideoFormat } from '#shared/media/mp4/video-format.ts';
import { turnedSize } from '#shared/media/packet.ts';
import type { SampleSink } from '../mp4/sample-stream.ts';
import {
  initName,
  nextPart,
  partName,
  segmentName,
  type VariantFacts,
  writeMultivariant,
  writePlaylist,
} from './playlist.ts';
import { Segmenter, type SegmenterOptions } from './segmenter.ts';

/** How far a player has to have read before it asks again (section 6.2.5.2): a segment, or a part of it. */
export interface PlaylistPosition {
  sequence: number;
  part: number | undefined;
}

/** Times of a stream, milliseconds. */
export interface HlsTimings {
  /** Longest wait of a request for what does not exist yet. */
  blockMs: number;
}

/** Below the time to the first byte that players and proxies allow. */
export const HLS_TIMINGS: HlsTimings = { blockMs: 6000 };
/** A player may be at most this many segments ahead (section 6.2.5.2). */
const MAX_SEGMENTS_AHEAD = 2;

/** Takes samples and answers requests. */
export class HlsStream implements SampleSink {
  readonly #timings: HlsTimings;
  readonly #segmenter: Segmenter;
  /** Initialisation segments by name; those of segments that are gone are forgotten. */
  readonly #inits = new Map<string, Buffer>();
  readonly #waiting = new Set<() => void>();
  #variant: VariantFacts | undefined;
  #error: AppError | undefined;
  #hasFailed = false;

  /** @param cut its `firstSequence` is greater than any number of an earlier stream of this camera */
  constructor(cut: Omit<SegmenterOptions, 'onPart'>, timings: HlsTimings = HLS_TIMINGS) {
    this.#timings = timings;
    this.#segmenter = new Segmenter({ ...cut, onPart: () => this.#wake() });
  }

  onFormat(format: VideoFormat, sound?: SoundFormat): void {
    this.#error = undefined;
    const { codecString, rotation } = format;
    const codecs = sound === undefined ? codecString : `${codecString},${sound.codecString}`;
    this.#variant = { codecString: codecs, ...turnedSize(format, rotation) };
    const name = initName(this.#segmenter.nextSequence);
    this.#inits.set(name, buildInitSegment(format, sound));
    this.#segmenter.begin(name);
    const inUse = new Set([name, ...this.#segmenter.kept.map(({ init }) => init)]);
    for (const known of this.#inits.keys()) if (!inUse.has(known)) this.#inits.delete(known);
  }

  onSample(sample: Sample): void {
    this.#segmenter.add(sample);
  }

  onSound(samples: readonly SoundSample[]): void {
    this.#segmenter.addSound(samples);
  }

  /** The current group of pictures has been handed over; from now on samples come as the camera sends them. */
  goLive(): void {
    this.#segmenter.goLive();
  }

  onUnsupported({ message, cause }: AppError): void {
    this.#error = new AppError('hls-unsupported-codec', message, { cause });
    this.#wake();
  }

  onFailure(error: AppError): void {
    this.#hasFailed = true;
    this.onUnsupported(error);
  }

  /** Whether nothing follows: the next request needs another stream. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  onRemoved(): void {
    this.#error = new AppError('camera-not-found', 'The camera was removed');
    this.#wake();
  }

  /**
   * The playlist, once it holds the position. A camera that pauses for long gives
   * the playlist as it is: players then ask again, where an error would end them.
   * @throws AppError `invalid-field` for a position too far ahead, `no-video-yet`, `hls-unsupported-codec`
   */
  async playlist(position: PlaylistPosition | undefined, signal: AbortSignal): Promise<string> {
    await this.#begun(signal);
    if (position !== undefined) {
      if (position.sequence > nextPart(this.#segmenter.listed).sequence + MAX_SEGMENTS_AHEAD) {
        throw new AppError('invalid-field', '_HLS_msn: is too far ahead', { field: '_HLS_msn' });
      }
      await this.#until(() => this.#isReached(position), signal);
    }
    return writePlaylist(this.#segmenter.listed, this.#segmenter.targetDuration);
  }

  /** The multivariant playlist, once there is something to play. @throws AppError as {@link playlist} */
  async multivariant(signal: AbortSignal): Promise<string> {
    await this.#begun(signal);
    return writeMultivariant(this.#segmenter.kept, this.#variant as VariantFacts);
  }

  async #begun(signal: AbortSignal): Promise<void> {
    const hasBegun = (): boolean => this.#segmenter.kept[0]?.isWhole === true;
    await this.#until(hasBegun, signal);
    if (hasBegun()) return;
    throw new AppError('no-video-yet', 'The camera has not delivered video yet', { retryAfter: 1 });
  }

  /**
   * The bytes under a name; the part that comes next is waited for.
   * @throws AppError `not-found`
   */
  async file(name: string, signal: AbortSignal): Promise<readonly Buffer[]> {
    const next = nextPart(this.#segmenter.kept);
    if (name === partName(next.sequence, next.index)) {
      await this.#until(() => this.#isReached({ sequence: next.sequence, part: next.index }), signal);
    }
    const found = this.#find(name);
    if (found === undefined) throw new AppError('not-found', `${name} is no longer kept, or never was`);
    return found;
  }

  #find(name: string): readonly Buffer[] | undefined {
    const init = this.#inits.get(name);
    if (init !== undefined) return [init];
    const [, kind, sequence, index] = /^(seg|part)-(\d+)(?:-(\d+))?\.m4s$/.exec(name) ?? [];
    const segment = this.#segmenter.kept.find((candidate) => candidate.sequence === Number(sequence));
    if (segment === undefined) return undefined;
    if (kind === 'seg') {
      const isReady = segment.isWhole && name === segmentName(segment.sequence);
      return isReady ? segment.parts.map(({ data }) => data) : undefined;
    }
    const part = segment.parts[Number(index)];
    return part === undefined ? undefined : [part.data];
  }

  #isReached({ sequence, part }: PlaylistPosition): boolean {
    const { kept } = this.#segmenter;
    if (kept.some((segment) => segment.sequence > sequence)) return true;
    const segment = kept.findLast((candidate) => candidate.sequence === sequence);
    if (segment === undefined) return false;
    return segment.isWhole ? part === undefined || segment.parts.length > part : hasPart(segment.parts, part);
  }

  /** Resolves when the condition holds, or the time is over. @throws AppError when the stream ended */
  async #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#timings.blockMs)]);
    while (this.#error === undefined && !condition() && !limit.aborted) await this.#change(limit);
    if (this.#error !== undefined) throw this.#error;
  }

  #change(limit: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#waiting.delete(finish);
        limit.removeEventListener('abort', finish);
        resolve();
      };
      this.#waiting.add(finish);
      limit.addEventListener('abort', finish);
    });
  }

  #wake(): void {
    for (const resume of [...this.#waiting]) resume();
  }
}

function hasPart(parts: readonly unknown[], part: number | undefined): boolean {
  return part !== undefined && parts.length > part;
}
