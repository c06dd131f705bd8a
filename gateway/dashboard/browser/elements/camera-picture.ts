/**
 * `<camera-picture camera-id fps video>`: a live picture of the size of a tile that
 * loads only while it is visible. JPEG at a low rate; with `video` the real video as
 * soon as it plays. `data-pictures` counts pictures, `data-video` marks video.
 */
import type { CameraWatch } from '#shared/client/camera-watch.ts';
import type { GatewayClient } from '#shared/client/client.ts';
import type { BestPlayer } from '../players/best-player.ts';
import { clearPicture, keepPicture, paintFrame } from './paint.ts';

const DEFAULT_FPS = 5;
/** Widths are rounded up to these, so that viewers share an encoder. */
const WIDTHS = [320, 480, 640, 960, 1280];
/** A higher pixel density is not visible at these sizes. */
const MAX_DENSITY = 1.5;
const QUALITY = 70;

/** The element. */
export class CameraPicture extends HTMLElement {
  static readonly observedAttributes = ['camera-id', 'fps', 'video'];
  /** Set before the element is connected. */
  client: GatewayClient | undefined;
  readonly #canvas = document.createElement('canvas');
  #visibility: IntersectionObserver | undefined;
  #watch: CameraWatch | undefined;
  #player: BestPlayer | undefined;
  /** Camera whose video plays or is tried. */
  #played = '';
  #isVisible = false;
  #pictures = 0;

  connectedCallback(): void {
    if (this.#visibility !== undefined) return;
    this.#canvas.setAttribute('aria-hidden', 'true');
    this.append(this.#canvas);
    this.#visibility = new IntersectionObserver((entries) => {
      this.#isVisible = entries.at(-1)?.isIntersecting ?? false;
      this.#refresh();
    });
    this.#visibility.observe(this);
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      // A tile that is moved is connected again by now, and its video goes on.
      if (this.isConnected) return;
      this.#visibility?.disconnect();
      this.#visibility = undefined;
      this.#isVisible = false;
      this.#refresh();
    });
  }

  attributeChangedCallback(name: string, before: string | null): void {
    if (name === 'camera-id' && before !== null) {
      this.#player?.stop();
      clearPicture(this.#canvas);
    }
    this.#refresh();
  }

  #refresh(): void {
    const cameraId = this.#isVisible ? (this.getAttribute('camera-id') ?? '') : '';
    const wanted = this.hasAttribute('video') ? cameraId : '';
    if (wanted !== this.#played) void this.#playVideo(wanted);
    this.#watchPictures(cameraId);
  }

  #watchPictures(cameraId: string): void {
    this.#watch?.close();
    this.#watch = undefined;
    if (cameraId === '' || this.dataset.video !== undefined) return;
    const fps = Number(this.getAttribute('fps') ?? DEFAULT_FPS);
    this.#watch = this.client?.watchCamera(
      cameraId,
      { fps, width: this.#width(), quality: QUALITY },
      async (frame) => {
        await paintFrame(this.#canvas, frame);
        this.#count();
      },
    );
  }

  /** @param cameraId empty ends the video */
  async #playVideo(cameraId: string): Promise<void> {
    this.#played = cameraId;
    this.#player?.stop();
    delete this.dataset.video;
    if (cameraId === '') return;
    this.#player ??= await this.#createPlayer();
    // The tile may have left the view while the player was loaded.
    if (this.#played === cameraId) this.#player.play(cameraId);
  }

  /** Players are loaded when first used. */
  async #createPlayer(): Promise<BestPlayer> {
    const { BestPlayer } = await import('../players/best-player.ts');
    const video = document.createElement('video');
    Object.assign(video, { muted: true, autoplay: true, playsInline: true, disablePictureInPicture: true });
    video.setAttribute('aria-hidden', 'true');
    video.addEventListener('timeupdate', () => this.#count());
    this.append(video);
    return new BestPlayer(video, {
      onEnding: () => keepPicture(this.#canvas, video),
      onChange: ({ transport }) => {
        if (transport === 'jpeg') delete this.dataset.video;
        else this.dataset.video = transport;
        this.#watchPictures(this.#isVisible ? (this.getAttribute('camera-id') ?? '') : '');
      },
    });
  }

  #count(): void {
    this.#pictures += 1;
    this.dataset.pictures = String(this.#pictures);
  }

  #width(): number {
    const wanted = this.clientWidth * Math.min(devicePixelRatio, MAX_DENSITY);
    return WIDTHS.find((width) => width >= wanted) ?? (WIDTHS.at(-1) as number);
  }
}
