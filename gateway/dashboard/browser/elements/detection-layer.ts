/** Draws detections over a picture, at the time of the picture that is shown. */
import type { Detections } from '#shared/client/frame.ts';
import { type ShownBox, TrackedBoxes } from './tracked-boxes.ts';

/** From capture to the screen while video plays, seconds. */
const VIDEO_DELAY_S = 0.25;
/** Labels of boxes that begin further right end at their right edge. */
const RIGHT_PART = 0.7;

/** A layer of the size of the picture below it. */
export class DetectionLayer {
  readonly element = document.createElement('div');
  readonly #boxes = new TrackedBoxes();
  readonly #elements = new Map<string, HTMLElement>();
  #animation: number | undefined;
  /** Offset of the gateway's clock, seconds. */
  #offset = 0;
  /** Capture time of the JPEG that is shown; undefined while video plays. */
  #shownAt: number | undefined;

  constructor() {
    this.element.className = 'detections';
  }

  /** Takes newer detections. @param offset of the gateway's clock, milliseconds */
  take(seen: Detections, offset: number): void {
    this.#offset = offset / 1000;
    this.#boxes.take(seen);
    this.#animation ??= requestAnimationFrame(() => this.#draw());
  }

  /** A JPEG is shown. @param timestamp capture time, Unix seconds; undefined for video */
  setShown(timestamp: number | undefined): void {
    this.#shownAt = timestamp;
  }

  clear(): void {
    this.#boxes.clear();
    this.#update([]);
    if (this.#animation !== undefined) cancelAnimationFrame(this.#animation);
    this.#animation = undefined;
  }

  #draw(): void {
    const live = Date.now() / 1000 + this.#offset - VIDEO_DELAY_S;
    const shown = this.#boxes.at(this.#shownAt ?? live);
    this.#update(shown);
    this.#animation = shown.length > 0 ? requestAnimationFrame(() => this.#draw()) : undefined;
  }

  #update(shown: ShownBox[]): void {
    const keys = new Set(shown.map(({ key }) => key));
    for (const [key, element] of this.#elements) {
      if (keys.has(key)) continue;
      element.remove();
      this.#elements.delete(key);
    }
    for (const box of shown) place(this.#elementOf(box), box);
  }

  #elementOf({ key, label }: ShownBox): HTMLElement {
    const known = this.#elements.get(key);
    if (known !== undefined) return known;
    const element = document.createElement('div');
    element.className = 'detection';
    element.dataset.label = label;
    element.append(document.createElement('span'));
    // Motion lies below what was recognised.
    if (label === 'motion') this.element.prepend(element);
    else this.element.append(element);
    this.#elements.set(key, element);
    return element;
  }
}

function place(element: HTMLElement, { label, score, box: [x, y, width, height], opacity }: ShownBox): void {
  const [left, top] = [clamped(x), clamped(y)];
  const style = {
    left: share(left),
    top: share(top),
    width: share(clamped(x + width) - left),
    height: share(clamped(y + height) - top),
    opacity: String(opacity),
  };
  Object.assign(element.style, style);
  element.toggleAttribute('data-right', left > RIGHT_PART);
  const text = label === 'motion' ? label : `${label} ${Math.round(score * 100)} %`;
  const caption = element.firstElementChild as HTMLElement;
  if (caption.textContent !== text) caption.textContent = text;
}

function clamped(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function share(value: number): string {
  return `${(value * 100).toFixed(2)}%`;
}
