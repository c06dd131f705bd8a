/** Draws detections over a picture. */
import type { DetectedObject } from '#shared/client/frame.ts';

/** Hide detections older than this, milliseconds. */
const FORGET_MS = 3000;

/** A layer of the size of the picture below it. */
export class DetectionLayer {
  readonly element = document.createElement('div');
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.element.className = 'detections';
  }

  /** Replaces the shown detections. */
  draw(objects: readonly DetectedObject[]): void {
    clearTimeout(this.#timer);
    this.element.replaceChildren(...objects.map(toBox));
    if (objects.length > 0) this.#timer = setTimeout(() => this.clear(), FORGET_MS);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.element.replaceChildren();
  }
}

function toBox({ label, score, box: [x, y, width, height] }: DetectedObject): HTMLElement {
  const box = document.createElement('div');
  box.className = 'detection';
  box.dataset.label = label;
  Object.assign(box.style, {
    left: share(x),
    top: share(y),
    width: share(width),
    height: share(height),
  });
  const caption = document.createElement('span');
  caption.textContent = label === 'motion' ? label : `${label} ${Math.round(score * 100)} %`;
  box.append(caption);
  return box;
}

function share(value: number): string {
  return `${(value * 100).toFixed(2)}%`;
}
