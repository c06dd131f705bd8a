/** Gestures on a picture: zoom by wheel and pinch, move while zoomed, swipe to another camera. */
import { moved, NO_ZOOM, type Point, type Size, type Zoom, zoomedAt } from './zoom.ts';

/** Callbacks. */
export interface GestureHandlers {
  onZoom(zoom: Zoom): void;
  /** @param step 1 to the next camera, -1 to the one before */
  onSwipe(step: 1 | -1): void;
}

/** Zoom factor of one step of a usual wheel. */
const WHEEL_STEP = 1.2;
const PIXELS_PER_STEP = 100;
/** A swipe is at least this long, and mostly sideways. */
const SWIPE_PX = 60;
const SWIPE_MS = 700;
/** Controls on the picture have gestures of their own. */
const CONTROLS = 'a, button, summary, input, label, .menu-panel';

/** Listens to one element. */
export class PictureGestures {
  readonly #element: HTMLElement;
  readonly #handlers: GestureHandlers;
  readonly #pointers = new Map<number, Point>();
  /** Where and when a single touch began; undefined once there was a second finger. */
  #swipe: (Point & { at: number }) | undefined;
  zoom: Zoom = NO_ZOOM;

  /** @param signal ends it */
  constructor(element: HTMLElement, handlers: GestureHandlers, signal: AbortSignal) {
    this.#element = element;
    this.#handlers = handlers;
    const end = (event: PointerEvent): void => this.#end(event);
    element.addEventListener('wheel', (event) => this.#onWheel(event), { signal, passive: false });
    element.addEventListener('pointerdown', (event) => this.#start(event), { signal });
    element.addEventListener('pointermove', (event) => this.#move(event), { signal });
    for (const type of ['pointerup', 'pointercancel'] as const)
      window.addEventListener(type, end, { signal });
    this.set(NO_ZOOM);
  }

  /** Shows a part of the picture. */
  set(zoom: Zoom): void {
    this.zoom = zoom;
    // The whole picture lets the page scroll.
    this.#element.style.touchAction = zoom.scale === 1 ? 'pan-y' : 'none';
    this.#handlers.onZoom(zoom);
  }

  /** Zooms into the middle. */
  zoomBy(factor: number): void {
    const { width, height } = this.#size;
    this.set(zoomedAt(this.zoom, { x: width / 2, y: height / 2 }, factor, { width, height }));
  }

  get #size(): Size {
    const { clientWidth, clientHeight } = this.#element;
    return { width: clientWidth, height: clientHeight };
  }

  #onWheel(event: WheelEvent): void {
    const isOut = event.deltaY > 0;
    // Scrolling the page goes on where there is nothing to zoom.
    if (this.zoom.scale === 1 && (isOut || (scrollY > 0 && !event.ctrlKey))) return;
    event.preventDefault();
    const factor = WHEEL_STEP ** (-event.deltaY / PIXELS_PER_STEP);
    this.set(zoomedAt(this.zoom, this.#pointOf(event), factor, this.#size));
  }

  #start(event: PointerEvent): void {
    if ((event.target as Element).closest(CONTROLS) !== null) return;
    this.#pointers.set(event.pointerId, this.#pointOf(event));
    const isSingleTouch = event.pointerType === 'touch' && this.#pointers.size === 1;
    this.#swipe = isSingleTouch ? { ...this.#pointOf(event), at: event.timeStamp } : undefined;
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = this.#pointOf(event);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    if (other !== undefined) this.#pinch(before, now, other);
    else if (this.zoom.scale > 1) {
      this.set(moved(this.zoom, { x: now.x - before.x, y: now.y - before.y }, this.#size));
    }
  }

  #pinch(before: Point, now: Point, other: Point): void {
    const factor = distance(now, other) / Math.max(1, distance(before, other));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    const zoomed = zoomedAt(this.zoom, middle, factor, this.#size);
    this.set(moved(zoomed, { x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 }, this.#size));
  }

  #end(event: PointerEvent): void {
    const last = this.#pointers.get(event.pointerId);
    this.#pointers.delete(event.pointerId);
    const start = this.#swipe;
    this.#swipe = undefined;
    if (last === undefined || start === undefined || this.zoom.scale > 1) return;
    const [across, down] = [last.x - start.x, last.y - start.y];
    const isSwipe = Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down);
    if (isSwipe && event.timeStamp - start.at < SWIPE_MS) this.#handlers.onSwipe(across < 0 ? 1 : -1);
  }

  #pointOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
