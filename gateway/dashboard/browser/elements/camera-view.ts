/**
 * `<camera-view camera-id live transport detections>`: one camera, large. It plays
 * WebRTC, else MSE, else JPEG, and falls back by itself when one fails; the JPEG
 * picture is shown until video plays. Event: `transport-change`.
 */
import type { CameraWatch } from '#shared/client/camera-watch.ts';
import type { GatewayClient } from '#shared/client/client.ts';
import { playMse } from '../players/mse-player.ts';
import { type EndPlayer, type PlayerHandlers, TRANSPORTS, type Transport } from '../players/player.ts';
import { playWebrtc } from '../players/webrtc-player.ts';
import { DetectionLayer } from './detection-layer.ts';
import { clearPicture, paintFrame } from './paint.ts';
import { SoundSwitch } from './sound-switch.ts';

/** Detail of `transport-change`. */
export interface TransportNews {
  /** Shown transport. */
  transport: Transport;
  /** Whether a better one is being tried. */
  isTrying: boolean;
  /** Why the better ones are not shown. */
  failures: Partial<Record<Transport, string>>;
}

const JPEG_FPS = 15;
/** While video plays, pictures are requested only to receive detections. */
const IDLE_FPS = 1;
const IDLE_WIDTH = 160;
const MAX_JPEG_WIDTH = 1280;

/** The element. */
export class CameraView extends HTMLElement {
  /** Set before the element is connected. */
  client: GatewayClient | undefined;
  static readonly observedAttributes = ['camera-id', 'transport', 'live', 'detections'];
  readonly #canvas = document.createElement('canvas');
  readonly #video = document.createElement('video');
  readonly #sound = new SoundSwitch(this.#video);
  readonly #layer = new DetectionLayer();
  #watch: CameraWatch | undefined;
  #endPlayer: EndPlayer | undefined;
  #failures: Partial<Record<Transport, string>> = {};
  #shown: Transport = 'jpeg';
  #isTrying = false;

  connectedCallback(): void {
    Object.assign(this.#video, { muted: true, autoplay: true, playsInline: true, controls: false });
    for (const element of [this.#canvas, this.#video, this.#layer.element]) {
      element.setAttribute('aria-hidden', 'true');
    }
    this.#video.addEventListener('resize', () => this.#fit(this.#video.videoWidth, this.#video.videoHeight));
    this.replaceChildren(this.#canvas, this.#video, this.#layer.element, this.#sound.element);
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    if (name === 'camera-id') clearPicture(this.#canvas);
    if (name === 'detections') this.#watchPictures();
    // A camera that comes back starts with the best transport again.
    else if (name !== 'live' || after !== null) this.#restart();
  }

  get #cameraId(): string {
    return this.getAttribute('camera-id') ?? '';
  }

  #stop(): void {
    this.#endPlayer?.();
    this.#endPlayer = undefined;
    this.#watch?.close();
    this.#watch = undefined;
  }

  #restart(): void {
    this.#stop();
    this.#failures = {};
    this.#layer.clear();
    this.#show('jpeg');
    this.#tryNext();
  }

  /** Tries the next transport that has not failed; JPEG is always there. */
  #tryNext(): void {
    this.#endPlayer = undefined;
    const chosen = this.getAttribute('transport');
    const ways = chosen === null || chosen === 'auto' ? TRANSPORTS : [chosen as Transport];
    const next = ways.find((way) => way !== 'jpeg' && this.#failures[way] === undefined);
    this.#isTrying = next !== undefined && this.hasAttribute('live');
    this.#watchPictures();
    this.#notify();
    if (next === undefined || !this.#isTrying) return;
    this.#endPlayer = this.#play(next, {
      onPlaying: () => {
        this.#isTrying = false;
        this.#show(next);
        this.#watchPictures();
        this.#notify();
      },
      onSound: () => this.#sound.announceSound(),
      onFailed: (reason) => {
        this.#failures[next] = reason;
        this.#show('jpeg');
        this.#tryNext();
      },
    });
  }

  #play(transport: Transport, handlers: PlayerHandlers): EndPlayer {
    const id = encodeURIComponent(this.#cameraId);
    const base = new URL('.', document.baseURI).href;
    if (transport === 'webrtc') return playWebrtc(this.#video, `${base}whep/${id}`, handlers);
    return playMse(this.#video, `${base.replace(/^http/, 'ws')}ws/mse/${id}`, handlers);
  }

  #watchPictures(): void {
    this.#watch?.close();
    const isVideo = this.#shown !== 'jpeg';
    const wantsDetections = this.hasAttribute('detections');
    if (!wantsDetections) this.#layer.clear();
    this.#watch = undefined;
    if (isVideo && !wantsDetections) return;
    this.#watch = this.client?.watchCamera(
      this.#cameraId,
      {
        fps: isVideo ? IDLE_FPS : JPEG_FPS,
        width: isVideo ? IDLE_WIDTH : this.#width(),
        onDetections: wantsDetections ? (seen) => this.#layer.draw(seen.objects) : undefined,
      },
      async (frame) => {
        if (this.#shown !== 'jpeg') return;
        await paintFrame(this.#canvas, frame);
        this.#fit(frame.width, frame.height);
        this.dataset.pictures = String(Number(this.dataset.pictures ?? 0) + 1);
      },
    );
  }

  #width(): number {
    return Math.min(
      MAX_JPEG_WIDTH,
      Math.max(640, Math.ceil((this.clientWidth * devicePixelRatio) / 320) * 320),
    );
  }

  /** Boxes cover the picture, not the bars beside it. */
  #fit(width: number, height: number): void {
    if (width > 0 && height > 0) this.style.setProperty('--ratio', String(width / height));
  }

  #show(transport: Transport): void {
    this.#shown = transport;
    this.dataset.transport = transport;
  }

  #notify(): void {
    const detail: TransportNews = {
      transport: this.#shown,
      isTrying: this.#isTrying,
      failures: { ...this.#failures },
    };
    this.dispatchEvent(new CustomEvent('transport-change', { detail, bubbles: true }));
  }
}
