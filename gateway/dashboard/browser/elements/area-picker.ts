/** `<area-picker>`: draws a rectangle on a picture of a camera; the text field beside it takes the same by keyboard. */
import { html, nothing, render } from 'lit-html';

/** Left, top, width and height, from 0 to 1. */
type Area = readonly [number, number, number, number];

/** What it shows, and what it tells. */
export interface AreaPickerModel {
  /** Address of the picture. */
  picture: string;
  /** Undefined: the whole picture. */
  area: Area | undefined;
  onChange: (area: Area) => void;
}

/** Less than this is a tap, from 0 to 1. */
const LEAST = 0.03;

/** The element. */
export class AreaPicker extends HTMLElement {
  #model: AreaPickerModel | undefined;
  #from: readonly [number, number] | undefined;

  set model(model: AreaPickerModel) {
    this.#model = model;
    render(this.#view(model), this);
  }

  connectedCallback(): void {
    this.addEventListener('pointerdown', this.#start);
    this.addEventListener('pointermove', this.#move);
    this.addEventListener('pointerup', this.#end);
    this.addEventListener('pointercancel', this.#end);
  }

  #view({ picture, area }: AreaPickerModel) {
    const [left, top, width, height] = (area ?? []).map((share) => `${share * 100}%`);
    const place = `left: ${left}; top: ${top}; width: ${width}; height: ${height}`;
    return html`<img class="area-picture" src=${picture} alt="The camera’s picture: draw the part that is asked about" draggable="false" />
      ${area === undefined ? nothing : html`<span class="area-box" .style=${place}></span>`}`;
  }

  readonly #start = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    this.setPointerCapture(event.pointerId);
    this.#from = this.#pointAt(event);
  };

  readonly #move = (event: PointerEvent): void => {
    const from = this.#from;
    if (from === undefined) return;
    const to = this.#pointAt(event);
    const [left, top] = [Math.min(from[0], to[0]), Math.min(from[1], to[1])];
    const [width, height] = [Math.abs(from[0] - to[0]), Math.abs(from[1] - to[1])];
    if (width >= LEAST && height >= LEAST) this.#model?.onChange([left, top, width, height]);
  };

  readonly #end = (): void => {
    this.#from = undefined;
  };

  #pointAt({ clientX, clientY }: PointerEvent): readonly [number, number] {
    const { left, top, width, height } = this.getBoundingClientRect();
    const share = (value: number): number => Math.min(1, Math.max(0, value));
    return [share((clientX - left) / width), share((clientY - top) / height)];
  }
}
