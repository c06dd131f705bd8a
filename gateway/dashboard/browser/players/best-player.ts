/** Plays a camera by the best transport that works, and goes on with the next one when that fails. */
import { playMse } from './mse-player.ts';
import { type EndPlayer, type PlayerHandlers, TRANSPORTS, type Transport } from './player.ts';
import { playWebrtc } from './webrtc-player.ts';

/** What is shown, and why not something better. */
export interface TransportNews {
  /** `jpeg` while no video plays. */
  transport: Transport;
  /** Whether a better one is being tried. */
  isTrying: boolean;
  /** Why the better ones are not shown. */
  failures: Partial<Record<Transport, string>>;
}

/** Callbacks. */
export interface BestPlayerHandlers {
  onChange(news: TransportNews): void;
  /** The video is about to go; it still shows its last picture. */
  onEnding(): void;
  /** The video has sound that only its player knows of. */
  onSound?(): void;
}

/** One video element. */
export class BestPlayer {
  readonly #video: HTMLVideoElement;
  readonly #handlers: BestPlayerHandlers;
  #cameraId = '';
  #transports: readonly Transport[] = [];
  #endPlayer: EndPlayer | undefined;
  #failures: TransportNews['failures'] = {};

  constructor(video: HTMLVideoElement, handlers: BestPlayerHandlers) {
    this.#video = video;
    this.#handlers = handlers;
  }

  /** Starts over. @param transports those to try, best first; without video nothing is played */
  play(cameraId: string, transports: readonly Transport[] = TRANSPORTS): void {
    this.stop();
    this.#cameraId = cameraId;
    this.#transports = transports;
    this.#failures = {};
    this.#tryNext();
  }

  /** Ends the video; no callback follows. */
  stop(): void {
    this.#endPlayer?.();
    this.#endPlayer = undefined;
  }

  #tryNext(): void {
    this.#endPlayer = undefined;
    const next = this.#transports.find((way) => way !== 'jpeg' && this.#failures[way] === undefined);
    this.#notify('jpeg', next !== undefined);
    if (next === undefined) return;
    this.#endPlayer = this.#start(next, {
      onPlaying: () => this.#notify(next, false),
      onSound: () => this.#handlers.onSound?.(),
      onEnding: () => this.#handlers.onEnding(),
      onFailed: (reason) => {
        this.#failures[next] = reason;
        this.#tryNext();
      },
    });
  }

  #start(transport: Transport, handlers: PlayerHandlers): EndPlayer {
    const id = encodeURIComponent(this.#cameraId);
    const base = new URL('.', document.baseURI).href;
    if (transport === 'webrtc') return playWebrtc(this.#video, `${base}whep/${id}`, handlers);
    return playMse(this.#video, `${base.replace(/^http/, 'ws')}ws/mse/${id}`, handlers);
  }

  #notify(transport: Transport, isTrying: boolean): void {
    this.#handlers.onChange({ transport, isTrying, failures: { ...this.#failures } });
  }
}
