/** `<camera-picture camera-id fps>`: a small live picture that loads only while visible. */
import type { CameraWatch } from '#shared/client/camera-watch.ts';
import type { GatewayClient } from '#shared/client/client.ts';
import { clearPicture, paintFrame } from './paint.ts';

const DEFAULT_FPS = 5;
/** Widths are rounded up to these, so that viewers share an encoder. */
const WIDTHS = [320, 480, 640, 960, 1280];
/** A higher pixel density is not visible at these sizes. */
const MAX_DENSITY = 1.5;
const QUALITY = 70;

/** The element; `data-pictures` counts drawn pictures. */
export class CameraPicture extends HTMLElement {
  /** Set before the element is connected. */
  client: GatewayClient | undefined;
  static readonly observedAttributes = ['camera-id', 'fps'];
  readonly #canvas = document.createElement('canvas');
  #visibility: IntersectionObserver | undefined;
  #watch: CameraWatch | undefined;
  #isVisible = false;
  #pictures = 0;

  connectedCallback(): void {
    this.#canvas.setAttribute('aria-hidden', 'true');
    this.append(this.#canvas);
    this.#visibility = new IntersectionObserver((entries) => {
      this.#isVisible = entries.at(-1)?.isIntersecting ?? false;
      this.#refresh();
    });
    this.#visibility.observe(this);
  }

  disconnectedCallback(): void {
    this.#visibility?.disconnect();
    this.#isVisible = false;
    this.#refresh();
  }

  attributeChangedCallback(name: string, before: string | null): void {
    if (name === 'camera-id' && before !== null) clearPicture(this.#canvas);
    this.#refresh();
  }

  #refresh(): void {
    this.#watch?.close();
    this.#watch = undefined;
    const cameraId = this.getAttribute('camera-id');
    if (!this.#isVisible || cameraId === null) return;
    const fps = Number(this.getAttribute('fps') ?? DEFAULT_FPS);
    this.#watch = this.client?.watchCamera(
      cameraId,
      { fps, width: this.#width(), quality: QUALITY },
      async (frame) => {
        await paintFrame(this.#canvas, frame);
        this.#pictures += 1;
        this.dataset.pictures = String(this.#pictures);
      },
    );
  }

  #width(): number {
    const wanted = this.clientWidth * Math.min(devicePixelRatio, MAX_DENSITY);
    return WIDTHS.find((width) => width >= wanted) ?? (WIDTHS.at(-1) as number);
  }
}
