/** A strip of time: recorded spans, events by kind. Drag moves it, wheel and pinch zoom, a click seeks, hover shows a picture. */
import { colourOf, kindsOf } from '../event-rows.ts';
import { nearestRecorded, type Span, stepBack } from '../recorded-time.ts';

/** What a strip shows; times are Unix milliseconds. */
export interface StripModel {
  /** The whole of it, at the lowest zoom. */
  range: Span;
  spans: readonly Span[];
  events: readonly { kind: string; from: number; to: number }[];
  playedAt: number | undefined;
  mark: { from?: number; to?: number };
  /** The address of a short movie at a time. */
  previewUrl: (at: number) => string;
}

const HEIGHT = 84;
const SPAN_TOP = 24;
const SPAN_HEIGHT = 20;
const EVENT_TOP = 50;
const EVENT_HEIGHT = 22;
const MIN_SPAN_MS = 60_000;
const ZOOM_STEP = 1.25;
/** Less than this is a click, pixels. */
const DRAG_PX = 4;
/** Fingers that are nearer count as this far apart. */
const PINCH_PX = 20;
const PREVIEW_PAUSE_MS = 150;
const KEY_STEP = 1 / 60;
/** Lengths between two labels, milliseconds. */
const STEPS = [10_000, 30_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000];
const LABEL_PX = 70;

/** `<timeline-strip>`. */
export class TimelineStrip extends HTMLElement {
  #model: StripModel | undefined;
  /** The visible part. */
  #from = 0;
  #to = 1;
  #canvas: HTMLCanvasElement | undefined;
  #preview: HTMLElement | undefined;
  #drag: { x: number; from: number; hasMoved: boolean } | undefined;
  /** Where the pointers that are down are, by id. */
  readonly #touches = new Map<number, number>();
  #hover: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;
  readonly #resized = new ResizeObserver(() => this.#schedule());

  get model(): StripModel | undefined {
    return this.#model;
  }

  set model(model: StripModel | undefined) {
    const before = this.#model?.range;
    const playedBefore = this.#model?.playedAt;
    this.#model = model;
    if (model !== undefined && (before?.from !== model.range.from || before.to !== model.range.to)) {
      this.#from = model.range.from;
      this.#to = model.range.to;
    }
    // Who has moved the strip away from what plays looks at something else.
    if (model?.playedAt !== undefined && this.#isShown(playedBefore)) this.reveal(model.playedAt);
    this.#schedule();
  }

  /** Moves a time into sight. */
  reveal(at: number): void {
    const length = this.#to - this.#from;
    if (!this.#isShown(at)) this.#look(at - length / 10, length);
  }

  /** Zooms around what plays, else around the middle. @param factor below 1: in */
  zoomBy(factor: number): void {
    const at = this.#model?.playedAt;
    this.#zoom(factor, at !== undefined && this.#isShown(at) ? at : (this.#from + this.#to) / 2);
  }

  #isShown(at: number | undefined): boolean {
    return at !== undefined && this.#from <= at && at <= this.#to;
  }

  connectedCallback(): void {
    if (this.#canvas === undefined) this.#build();
    this.#resized.observe(this);
    this.#schedule();
  }

  disconnectedCallback(): void {
    this.#resized.disconnect();
    clearTimeout(this.#hover);
    cancelAnimationFrame(this.#frame);
  }

  #build(): void {
    const canvas = document.createElement('canvas');
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'slider');
    canvas.setAttribute('aria-label', 'Time of the recording');
    const preview = document.createElement('div');
    preview.className = 'timeline-preview';
    preview.hidden = true;
    preview.innerHTML = '<video muted playsinline preload="auto"></video><span></span>';
    this.append(canvas, preview);
    this.#canvas = canvas;
    this.#preview = preview;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#touches.set(event.pointerId, event.clientX);
      this.#drag = { x: event.clientX, from: this.#from, hasMoved: this.#touches.size > 1 };
    });
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    canvas.addEventListener('pointerup', (event) => this.#release(event));
    canvas.addEventListener('pointercancel', (event) => {
      this.#touches.delete(event.pointerId);
      this.#drag = undefined;
    });
    canvas.addEventListener('pointerleave', () => this.#hidePreview());
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  #timeAt(clientX: number): number {
    const { left, width } = (this.#canvas as HTMLCanvasElement).getBoundingClientRect();
    return this.#from + ((clientX - left) / width) * (this.#to - this.#from);
  }

  #move(event: PointerEvent): void {
    if (this.#touches.size > 1) {
      this.#pinch(event);
      return;
    }
    const drag = this.#drag;
    if (drag === undefined) {
      this.#showPreview(event.clientX);
      return;
    }
    const moved = event.clientX - drag.x;
    if (Math.abs(moved) > DRAG_PX) drag.hasMoved = true;
    if (!drag.hasMoved) return;
    const length = this.#to - this.#from;
    this.#look(drag.from - (moved / this.clientWidth) * length, length);
  }

  #pinch({ pointerId, clientX }: PointerEvent): void {
    const other = [...this.#touches].find(([id]) => id !== pointerId)?.[1];
    const before = this.#touches.get(pointerId);
    if (other === undefined || before === undefined) return;
    this.#touches.set(pointerId, clientX);
    const distances = [Math.abs(before - other), Math.abs(clientX - other)].map((px) =>
      Math.max(px, PINCH_PX),
    );
    const [was = 1, is = 1] = distances;
    this.#zoom(was / is, this.#timeAt((clientX + other) / 2));
  }

  #release(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    const hasMoved = this.#drag?.hasMoved === true;
    this.#drag = undefined;
    if (!hasMoved) this.#seek(this.#timeAt(event.clientX));
  }

  #seek(at: number): void {
    this.dispatchEvent(new CustomEvent('seek', { detail: at }));
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    this.#zoom(event.deltaY > 0 ? ZOOM_STEP : 1 / ZOOM_STEP, this.#timeAt(event.clientX));
  }

  /** Keeps a time where it is. */
  #zoom(factor: number, around: number): void {
    const length = (this.#to - this.#from) * factor;
    this.#look(around - (around - this.#from) * factor, length);
  }

  #look(from: number, length: number): void {
    const { range } = this.#model ?? { range: { from: 0, to: 1 } };
    const whole = range.to - range.from;
    const shown = Math.min(whole, Math.max(MIN_SPAN_MS, length));
    this.#from = Math.min(range.to - shown, Math.max(range.from, from));
    this.#to = this.#from + shown;
    this.#schedule();
  }

  #key(event: KeyboardEvent): void {
    const at = this.#model?.playedAt ?? this.#from;
    const step = (this.#to - this.#from) * KEY_STEP;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => this.#seek(stepBack(this.#model?.spans ?? [], at, step)),
      ArrowRight: () => this.#seek(at + step),
      '+': () => this.#zoom(1 / ZOOM_STEP, at),
      '-': () => this.#zoom(ZOOM_STEP, at),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }

  #showPreview(clientX: number): void {
    const [preview, model] = [this.#preview, this.#model];
    if (preview === undefined || model === undefined) return;
    const pointed = this.#timeAt(clientX);
    const at = nearestRecorded(model.spans, pointed);
    const isNear = at === undefined || Math.abs(at - pointed) < 1000;
    const x = clientX - this.getBoundingClientRect().left;
    preview.hidden = false;
    preview.style.left = `${Math.min(this.clientWidth - 90, Math.max(90, x))}px`;
    (preview.lastElementChild as HTMLElement).textContent = isNear
      ? timeText(pointed, true)
      : `${timeText(pointed, true)} · nearest ${timeText(at, true)}`;
    clearTimeout(this.#hover);
    this.#hover = setTimeout(() => {
      const video = preview.firstElementChild as HTMLVideoElement;
      video.hidden = at === undefined;
      if (at !== undefined) video.src = model.previewUrl(at);
    }, PREVIEW_PAUSE_MS);
  }

  #hidePreview(): void {
    clearTimeout(this.#hover);
    if (this.#preview !== undefined) this.#preview.hidden = true;
  }

  #schedule(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    const [canvas, model] = [this.#canvas, this.#model];
    const context = canvas?.getContext('2d');
    if (canvas === undefined || model === undefined || context === null || context === undefined) return;
    const width = this.clientWidth;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(HEIGHT * ratio);
    context.scale(ratio, ratio);
    const probe = this.#preview as HTMLElement;
    // A canvas takes no variables: an element resolves them.
    const colour = (name: string): string => {
      probe.style.color = `var(${name})`;
      return getComputedStyle(probe).color;
    };
    const x = (at: number): number => ((at - this.#from) / (this.#to - this.#from)) * width;
    const bar = (from: number, to: number, top: number, height: number): void => {
      if (to < this.#from || from > this.#to) return;
      const left = Math.max(0, x(from));
      context.fillRect(left, top, Math.max(1.5, Math.min(width, x(to)) - left), height);
    };
    context.fillStyle = colour('--surface-2');
    context.fillRect(0, SPAN_TOP, width, SPAN_HEIGHT);
    context.fillStyle = colour('--accent-fill');
    for (const { from, to } of model.spans) bar(from, to, SPAN_TOP, SPAN_HEIGHT);
    const rows = kindsOf(model.events);
    const height = EVENT_HEIGHT / rows.length;
    for (const [row, kind] of rows.entries()) {
      context.fillStyle = colour(colourOf(kind));
      for (const { kind: its, from, to } of model.events)
        if (its === kind) bar(from, to, EVENT_TOP + row * height, height - 1);
    }
    this.#paintLabels(context, width, x, colour('--muted'));
    const { from: markFrom, to: markTo } = model.mark;
    context.fillStyle = colour('--good');
    if (markFrom !== undefined) bar(markFrom, markTo ?? markFrom, SPAN_TOP - 4, 4);
    context.fillStyle = colour('--text');
    if (model.playedAt !== undefined) bar(model.playedAt, model.playedAt, SPAN_TOP - 6, HEIGHT - SPAN_TOP);
    probe.style.color = '';
    canvas.setAttribute('aria-valuemin', String(model.range.from));
    canvas.setAttribute('aria-valuemax', String(model.range.to));
    canvas.setAttribute('aria-valuenow', String(Math.round(model.playedAt ?? this.#from)));
    canvas.setAttribute('aria-valuetext', timeText(model.playedAt ?? this.#from, true));
  }

  #paintLabels(
    context: CanvasRenderingContext2D,
    width: number,
    x: (at: number) => number,
    colour: string,
  ): void {
    const length = this.#to - this.#from;
    const step = STEPS.find((candidate) => (candidate / length) * width >= LABEL_PX) ?? 14_400_000;
    const base = this.#model?.range.from ?? 0;
    context.fillStyle = colour;
    context.font = '11px system-ui, sans-serif';
    for (let at = base + Math.ceil((this.#from - base) / step) * step; at < this.#to; at += step)
      context.fillText(timeText(at, step < 60_000), x(at) + 2, 14);
  }
}

function timeText(at: number, hasSeconds: boolean): string {
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  return new Intl.DateTimeFormat(undefined, hasSeconds ? { ...options, second: '2-digit' } : options).format(
    at,
  );
}
