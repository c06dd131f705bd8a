/** What all ways of playing a camera have in common. */

/** How pictures travel, best first. */
export const TRANSPORTS = ['webrtc', 'mse', 'jpeg'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** For people. */
export const TRANSPORT_NAMES: Record<Transport, string> = { webrtc: 'WebRTC', mse: 'MSE', jpeg: 'JPEG' };

/** What a player tells. */
export interface PlayerHandlers {
  /** The first picture is shown. */
  onPlaying(): void;
  /** It comes with sound, which only the player can tell. */
  onSound?(): void;
  /** It plays no more, or never did. */
  onFailed(reason: string): void;
}

/** Ends a player; it tells nothing afterwards. */
export type EndPlayer = () => void;

/** Watches that a video goes on. */
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
