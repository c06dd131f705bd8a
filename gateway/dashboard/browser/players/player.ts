/** Common interface of the players. */

/** Transports, best first. */
export const TRANSPORTS = ['webrtc', 'mse', 'jpeg'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Labels for people. */
export const TRANSPORT_NAMES: Record<Transport, string> = { webrtc: 'WebRTC', mse: 'MSE', jpeg: 'JPEG' };

/** Callbacks of a player. */
export interface PlayerHandlers {
  /** The first picture is shown. */
  onPlaying(): void;
  /** The video has sound that only the player knows of. */
  onSound?(): void;
  /** It is about to end: the video still shows its last picture. */
  onEnding?(): void;
  /** It ended or never started. */
  onFailed(reason: string): void;
}

/** Ends a player; no callback follows. */
export type EndPlayer = () => void;

/** Detects a stalled video. */
export class PlaybackWatch {
  readonly #timer: ReturnType<typeof setInterval>;
  #lastTime = -1;
  #changedAt = performance.now();
  #hasPlayed = false;

  constructor(video: HTMLVideoElement, { onPlaying, onFailed }: PlayerHandlers) {
    this.#timer = setInterval(() => {
      if (document.hidden) {
        this.#changedAt = performance.now();
        return;
      }
      if (video.currentTime !== this.#lastTime && video.readyState >= video.HAVE_CURRENT_DATA) {
        this.#lastTime = video.currentTime;
        this.#changedAt = performance.now();
        if (this.#hasPlayed || video.currentTime === 0) return;
        this.#hasPlayed = true;
        onPlaying();
        return;
      }
      const limit = this.#hasPlayed ? STALL_MS : START_MS;
      if (performance.now() - this.#changedAt > limit)
        onFailed(this.#hasPlayed ? 'it stood still' : 'no picture came');
    }, WATCH_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

const WATCH_MS = 250;
const START_MS = 8000;
const STALL_MS = 6000;
