/** Plays a video file like a camera: in real time, in a loop. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#shared/errors.ts';
import type { SourceHandlers } from '../source/run-source.ts';
import { VideoClock } from '../source/video-clock.ts';
import { VideoDemuxer, type VideoUnit } from './video-demuxer.ts';

/** Playback this late, for instance after the machine slept, continues from now, milliseconds. */
const MAX_LATE_MS = 1000;

/**
 * Plays a file until `signal` aborts or it cannot be read; always ends by throwing.
 * Packets come in decoding order with their presentation times, as from a camera with B-frames.
 * @param file absolute path
 * @throws AppError `camera-unsupported-codec`, `camera-video-unreadable`, `camera-no-frames`, `camera-disconnected`
 */
export async function runVideoSource(
  file: string,
  handlers: SourceHandlers,
  signal: AbortSignal,
): Promise<never> {
  const player = new Player(handlers, signal);
  try {
    for (;;) {
      signal.throwIfAborted();
      await player.playOnce(file);
    }
  } catch (error) {
    if (signal.aborted) throw new AppError('camera-disconnected', 'The video was stopped', { cause: error });
    throw toCameraError(error);
  }
}

class Player {
  readonly #handlers: SourceHandlers;
  readonly #signal: AbortSignal;
  readonly #clock = new VideoClock();
  #hasTrack = false;
  /** Monotonic time at media time 0, milliseconds. */
  #startedAt: number | undefined;

  constructor(handlers: SourceHandlers, signal: AbortSignal) {
    this.#handlers = handlers;
    this.#signal = signal;
  }

  async playOnce(file: string): Promise<void> {
    await using demuxer = await VideoDemuxer.open(file, this.#signal);
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
    if (waitMs < -MAX_LATE_MS) this.#startedAt -= waitMs;
    // Also without a delay: reading a file must not starve the event loop.
    await delay(Math.max(0, waitMs), undefined, { signal: this.#signal });
  }
}

function toCameraError(error: unknown): AppError {
  if (error instanceof AppError && error.code.startsWith('camera-')) return error;
  return new AppError('camera-video-unreadable', 'The video file cannot be read', { cause: error });
}
