/**
 * `<camera-view camera-id live transport detections>`: one camera, large. It plays
 * the best transport that works; the JPEG picture is shown until video plays.
 * Event: `transport-change`.
 */
import type { CameraWatch } from '#shared/client/camera-watch.ts';
import type { GatewayClient } from '#shared/client/client.ts';
import { BestPlayer, type TransportNews } from '../players/best-player.ts';
import { TRANSPORTS, type Transport } from '../players/player.ts';
import { DetectionLayer } from './detection-layer.ts';
import { clearPicture, paintFrame } from './paint.ts';
import { SoundSwitch } from './sound-switch.ts';

const JPEG_FPS = 15;
/** While video plays, pictures are requested only to receive detections. */
const IDLE_FPS = 1;
const IDLE_WIDTH = 160;
const MAX_JPEG_WIDTH = 1280;

/** The element. */
export class CameraView extends HTMLElement {
  static readonly observedAttributes = ['camera-id', 'transport', 'live', 'detections'];
  /** Set before the element is connected. */
  client: GatewayClient | undefined;
  readonly #canvas = document.createElement('canvas');
  readonly #video = document.createElement('video');
  readonly #sound = new SoundSwitch(this.#video);
  readonly #layer = new DetectionLayer();
  readonly #player = new BestPlayer(this.#video, {
    onChange: (news) => this.#show(news),
    onSound: () => this.#sound.announceSound(),
  });
  #watch: CameraWatch | undefined;
  #shown: Transport = 'jpeg';

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
    this.#player.stop();
    this.#watch?.close();
    this.#watch = undefined;
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

  #restart(): void {
    this.#layer.clear();
    const chosen = this.getAttribute('transport');
    const ways = chosen === null || chosen === 'auto' ? TRANSPORTS : [chosen as Transport];
    this.#player.play(this.#cameraId, this.hasAttribute('live') ? ways : []);
  }

  #show(news: TransportNews): void {
    this.#shown = news.transport;
    this.dataset.transport = news.transport;
    this.#watchPictures();
    this.dispatchEvent(new CustomEvent('transport-change', { detail: news, bubbles: true }));
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
}
