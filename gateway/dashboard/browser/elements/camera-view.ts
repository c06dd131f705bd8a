/**
 * `<camera-view camera-id live transport detections>`: one camera, large. It plays
 * the best transport that works; the JPEG picture is shown until video plays.
 * Events: `transport-change`, `sound-change`.
 */
import type { CameraWatch } from '#shared/client/camera-watch.ts';
import type { GatewayClient } from '#shared/client/client.ts';
import { BestPlayer, type TransportNews } from '../players/best-player.ts';
import { TRANSPORTS, type Transport } from '../players/player.ts';
import { DetectionLayer } from './detection-layer.ts';
import { clearPicture, keepPicture, paintFrame } from './paint.ts';
import { VideoSound } from './video-sound.ts';
import { NO_ZOOM, type Zoom } from './zoom.ts';

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
  /** Offset from this device's clock to the gateway's, milliseconds. */
  clockOffset = 0;
  readonly video = document.createElement('video');
  readonly sound = new VideoSound(this.video, () => this.#announceSound());
  readonly #canvas = document.createElement('canvas');
  readonly #layer = new DetectionLayer();
  readonly #player = new BestPlayer(this.video, {
    onChange: (news) => this.#show(news),
    onEnding: () => keepPicture(this.#canvas, this.video),
    onSound: () => this.sound.announceSound(),
  });
  #watch: CameraWatch | undefined;
  #shown: Transport = 'jpeg';

  connectedCallback(): void {
    const { video } = this;
    Object.assign(video, { muted: true, autoplay: true, playsInline: true, controls: false });
    for (const element of [this.#canvas, video, this.#layer.element]) {
      element.setAttribute('aria-hidden', 'true');
    }
    video.addEventListener('resize', () => this.#fit(video.videoWidth, video.videoHeight));
    this.replaceChildren(this.#canvas, video, this.#layer.element);
    this.show(NO_ZOOM);
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#player.stop();
    this.#watch?.close();
    this.#watch = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    if (name === 'camera-id') {
      this.#player.stop();
      clearPicture(this.#canvas);
    }
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

  /** Shows a part of the picture. */
  show({ scale, x, y }: Zoom): void {
    const transform = scale === 1 ? '' : `translate(${x}px, ${y}px) scale(${scale})`;
    for (const element of [this.#canvas, this.video, this.#layer.element])
      element.style.transform = transform;
  }

  #announceSound(): void {
    this.dispatchEvent(new CustomEvent('sound-change', { bubbles: true }));
  }

  #show(news: TransportNews): void {
    this.#shown = news.transport;
    this.#layer.setShown(undefined);
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
        onDetections: wantsDetections ? (seen) => this.#layer.take(seen, this.clockOffset) : undefined,
      },
      async (frame) => {
        if (this.#shown !== 'jpeg') return;
        await paintFrame(this.#canvas, frame);
        this.#layer.setShown(frame.timestamp);
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
