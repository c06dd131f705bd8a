/** Plays a video file like a camera: in real time, in a loop. */
import { setTimeout as delay } from 'node:timers/promises';
import type { VideoSource } from '#shared/contract/source/video.ts';
import { AppError } from '#shared/errors.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { VideoUnit } from '../../ffmpeg/video-demuxer.ts';
import type { RunSource, SourceHandlers } from '../run-source.ts';
import { VideoClock } from './video-clock.ts';

/** Playback this late, for instance after the machine slept, continues from now, milliseconds. */
const MAX_LATE_MS = 1000;

/** Opens a file for one pass through it. */
export type OpenVideo = (file: string, signal: AbortSignal) => Promise<VideoPass>;

/** One pass through a file. */
export interface VideoPass extends AsyncDisposable {
  readonly track: VideoTrack;
  /** @returns the next picture in decoding order; undefined at the end */
  next(): Promise<VideoUnit | undefined>;
}

/**
 * Creates the function that plays a file until `signal` aborts or it cannot be read; always ends by throwing.
 * Packets come in decoding order with their presentation times, as from a camera with B-frames.
 * It throws AppError `camera-unsupported-codec`, `camera-video-unreadable`, `camera-no-frames`, `camera-disconnected`.
 */
export function createVideoSource(open: OpenVideo, maxLateMs = MAX_LATE_MS): RunSource<VideoSource> {
  return async ({ file }, handlers, signal) => {
    const player = new Player(handlers, signal, maxLateMs);
    try {
      for (;;) {
        signal.throwIfAborted();
        await player.playOnce(await open(file, signal));
      }
    } catch (error) {
      if (signal.aborted)
        throw new AppError('camera-disconnected', 'The video was stopped', { cause: error });
      throw toCameraError(error);
    }
  };
}

class Player {
  readonly #handlers: SourceHandlers;
  readonly #signal: AbortSignal;
  readonly #maxLateMs: number;
  readonly #clock = new VideoClock();
  #hasTrack = false;
  /** Monotonic time at media time 0, milliseconds. */
  #startedAt: number | undefined;

  constructor(handlers: SourceHandlers, signal: AbortSignal, maxLateMs: number) {
    this.#handlers = handlers;
    this.#signal = signal;
    this.#maxLateMs = maxLateMs;
  }

  async playOnce(pass: VideoPass): Promise<void> {
    await using demuxer = pass;
    if (!this.#hasTrack) this.#handlers.onTrack(demuxer.track);
    this.#hasTrack = true;
    this.#clock.startPass(demuxer.track.announcedFps);
    let isDecodable = false;
    for (;;) {
      const unit = await demuxer.next();
      if (unit === undefined) break;
      isDecodable ||= unit.keyframe;
      if (isDecodable) await this.#play(unit);
    }
    if (!isDecodable) throw new AppError('camera-no-frames', 'The video holds no picture');
  }

  async #play(unit: VideoUnit): Promise<void> {
    const { dueMs, presentedMs } = this.#clock.timesOf(unit);
    await this.#waitUntil(dueMs);
    const { data, keyframe } = unit;
    const mediaTimeMs = (this.#startedAt ?? 0) + presentedMs;
    this.#handlers.onPacket({ data, keyframe, mediaTimeMs, capturedAt: Date.now() });
  }

  async #waitUntil(dueMs: number): Promise<void> {
    this.#startedAt ??= performance.now() - dueMs;
    const waitMs = this.#startedAt + dueMs - performance.now();
    if (waitMs < -this.#maxLateMs) this.#startedAt -= waitMs;
    // Also without a delay: reading a file must not starve the event loop.
    await delay(Math.max(0, waitMs), undefined, { signal: this.#signal });
  }
}

function toCameraError(error: unknown): AppError {
  if (error instanceof AppError && error.code.startsWith('camera-')) return error;
  return new AppError('camera-video-unreadable', 'The video file cannot be read', { cause: error });
}
