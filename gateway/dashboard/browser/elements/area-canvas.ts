/** `<area-canvas>`: areas over a live picture; the corners of one are moved by mouse, touch and keyboard. */
import { html, nothing, render, svg, type TemplateResult } from 'lit-html';
import { isInside, type PolygonPoint } from '#shared/polygon.ts';
import {
  type DrawnArea,
  movedBy,
  withCorner,
  withCornerAfter,
  withMovedCorner,
  withoutCorner,
} from '../zone-draft.ts';

/** What it shows, and what it tells. */
export interface AreaCanvasModel {
  areas: readonly DrawnArea[];
  /** The area whose corners are shown; undefined: none. */
  selected: DrawnArea | undefined;
  /** Areas that cannot be stored. */
  faulty: ReadonlySet<number>;
  nameOf: (area: DrawnArea) => string;
  /** @param gesture changes with the same one belong together */
  onChange: (polygon: PolygonPoint[], gesture: string) => void;
  /** A gesture ended. */
  onEnd: () => void;
}

interface Drag {
  /** Index of the corner; undefined: all of the area, or a corner that is to be added. */
  corner: number | undefined;
  isInside: boolean;
  from: PolygonPoint;
  polygon: readonly PolygonPoint[];
  pointer: number;
  hasMoved: boolean;
}

/** Less than this is a tap, pixels. */
const TAP_PX = 5;
const STEP = 0.01;
const LARGE_STEP = 0.05;
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The element; the picture below it is its owner's. */
export class AreaCanvas extends HTMLElement {
  #model: AreaCanvasModel | undefined;
  #drag: Drag | undefined;

  set model(model: AreaCanvasModel) {
    this.#model = model;
    this.dataset.editing = String(model.selected !== undefined);
    render(this.#view(model), this);
  }

  connectedCallback(): void {
    this.addEventListener('pointerdown', this.#start);
    this.addEventListener('pointermove', this.#move);
    this.addEventListener('pointerup', this.#end);
    this.addEventListener('pointercancel', this.#cancel);
    this.addEventListener('keydown', this.#key);
  }

  #view(model: AreaCanvasModel): TemplateResult {
    const { areas, selected } = model;
    const others = areas.filter(({ id }) => id !== selected?.id);
    return html`<svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        <defs><pattern id="mask-lines" width="0.02" height="0.02" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="0.01" height="0.02" /></pattern></defs>
        ${[...others, ...(selected ? [selected] : [])].map((area) => this.#shape(area, model))}
      </svg>
      ${selected === undefined ? nothing : selected.polygon.map((point, index) => this.#corner(selected, point, index, model))}`;
  }

  #shape({ id, kind, polygon }: DrawnArea, { selected, faulty }: AreaCanvasModel): TemplateResult {
    return svg`<polygon data-kind=${kind} data-selected=${String(id === selected?.id)} data-faulty=${String(faulty.has(id))}
      points=${polygon.map((point) => point.join(',')).join(' ')} vector-effect="non-scaling-stroke" />`;
  }

  #corner(area: DrawnArea, [x, y]: PolygonPoint, index: number, { nameOf }: AreaCanvasModel): TemplateResult {
    const place = (share: number): string => `clamp(20px, ${(share * 100).toFixed(2)}%, calc(100% - 20px))`;
    const label = `Corner ${index + 1} of ${area.polygon.length} of ${nameOf(area)}: ${percent(x)} from the left, ${percent(y)} from the top`;
    return html`<button type="button" class="corner" data-kind=${area.kind} data-corner=${index}
      .style=${`left: ${place(x)}; top: ${place(y)}`} aria-label=${label} aria-describedby="corner-keys"></button>`;
  }

  readonly #start = (event: PointerEvent): void => {
    const polygon = this.#model?.selected?.polygon;
    if (polygon === undefined || this.#drag !== undefined || event.button !== 0) return;
    const corner = cornerOf(event.target);
    const from = this.#pointOf(event);
    this.#drag = {
      ...{ corner, from, polygon, pointer: event.pointerId, hasMoved: false },
      isInside: isInside(polygon, from),
    };
    this.setPointerCapture(event.pointerId);
    if (corner !== undefined) this.#focusCorner(corner);
    event.preventDefault();
  };

  readonly #move = (event: PointerEvent): void => {
    const drag = this.#drag;
    if (drag === undefined || event.pointerId !== drag.pointer) return;
    const to = this.#pointOf(event);
    const { clientWidth, clientHeight } = this;
    const [across, down] = [to[0] - drag.from[0], to[1] - drag.from[1]];
    if (Math.hypot(across * clientWidth, down * clientHeight) > TAP_PX) drag.hasMoved = true;
    if (!drag.hasMoved) return;
    const { corner, polygon } = drag;
    if (corner !== undefined) {
      const [x, y] = polygon[corner] as PolygonPoint;
      this.#model?.onChange(withMovedCorner(polygon, corner, [x + across, y + down]), 'drag');
    } else if (drag.isInside) this.#model?.onChange(movedBy(polygon, across, down), 'drag');
  };

  readonly #end = (event: PointerEvent): void => {
    const drag = this.#drag;
    if (drag === undefined || event.pointerId !== drag.pointer) return;
    this.#drag = undefined;
    if (!drag.hasMoved && drag.corner === undefined)
      this.#model?.onChange(withCorner(drag.polygon, drag.from), 'tap');
    this.#model?.onEnd();
  };

  readonly #cancel = (): void => {
    const drag = this.#drag;
    this.#drag = undefined;
    if (drag?.hasMoved) this.#model?.onChange([...drag.polygon], 'drag');
    this.#model?.onEnd();
  };

  readonly #key = (event: KeyboardEvent): void => {
    const corner = cornerOf(event.target);
    const polygon = this.#model?.selected?.polygon;
    if (corner === undefined || polygon === undefined || event.ctrlKey || event.metaKey) return;
    const changed = changedByKey(event, polygon, corner);
    if (changed === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#model?.onChange(changed.polygon, changed.gesture);
    this.#focusCorner(changed.corner);
  };

  #focusCorner(index: number): void {
    this.querySelector<HTMLElement>(`[data-corner="${index}"]`)?.focus();
  }

  #pointOf({ clientX, clientY }: PointerEvent): PolygonPoint {
    const { left, top, width, height } = this.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }
}

function changedByKey(
  { key, shiftKey }: KeyboardEvent,
  polygon: readonly PolygonPoint[],
  corner: number,
): { polygon: PolygonPoint[]; corner: number; gesture: string } | undefined {
  const arrow = ARROWS[key];
  if (arrow !== undefined) {
    const step = shiftKey ? LARGE_STEP : STEP;
    const [x, y] = polygon[corner] as PolygonPoint;
    const moved = withMovedCorner(polygon, corner, [x + arrow[0] * step, y + arrow[1] * step]);
    return { polygon: moved, corner, gesture: `key ${corner}` };
  }
  if (key === 'Delete' || key === 'Backspace') {
    const rest = withoutCorner(polygon, corner);
    return { polygon: rest, corner: Math.min(corner, rest.length - 1), gesture: '' };
  }
  if (key !== 'Enter' && key !== '+') return undefined;
  return { polygon: withCornerAfter(polygon, corner), corner: corner + 1, gesture: '' };
}

function cornerOf(target: EventTarget | null): number | undefined {
  const corner = (target as Element | null)?.closest<HTMLElement>('[data-corner]')?.dataset.corner;
  return corner === undefined ? undefined : Number(corner);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
