/** A picture in YUV 4:2:0 to draw on: the encoder takes it without conversion. */
import { type Colour, mix } from './colour.ts';
import type { Shape } from './shapes.ts';

interface Plane {
  data: Uint8Array;
  width: number;
  height: number;
  /** Pixels of the picture per sample, in both directions. */
  scale: number;
  /** Lines looked at within one row of samples, for smooth edges. */
  lines: number;
  channel: keyof Colour;
}

/** Planes Y, U and V one after the other, without padding. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  /** The whole picture as an encoder takes it. */
  readonly bytes: Buffer;
  readonly #planes: readonly Plane[];

  /** @param width,height even numbers */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    const luma = width * height;
    this.bytes = Buffer.alloc(luma * 1.5);
    const chroma = { width: width / 2, height: height / 2, scale: 2, lines: 2 };
    this.#planes = [
      { data: this.bytes.subarray(0, luma), width, height, scale: 1, lines: 4, channel: 'y' },
      { ...chroma, data: this.bytes.subarray(luma, luma * 1.25), channel: 'u' },
      { ...chroma, data: this.bytes.subarray(luma * 1.25), channel: 'v' },
    ];
  }

  /** Takes over another picture of the same size. */
  copyFrom(other: Canvas): void {
    this.bytes.set(other.bytes);
  }

  /** Fills a shape with smooth edges; `opacity` 0 to 1. */
  fill(shape: Shape, colour: Colour, opacity = 1): void {
    for (const plane of this.#planes) {
      const first = Math.max(0, Math.floor(shape.top / plane.scale));
      const last = Math.min(plane.height, Math.ceil(shape.bottom / plane.scale));
      for (let row = first; row < last; row += 1) fillRow(plane, row, shape, colour[plane.channel], opacity);
    }
  }

  /** Fills whole rows from `top` to `bottom` with a vertical gradient. */
  gradient(top: number, bottom: number, from: Colour, to: Colour): void {
    for (const { data, width, scale, channel } of this.#planes) {
      const last = Math.round(bottom / scale);
      for (let row = Math.round(top / scale); row < last; row += 1) {
        const share = (row * scale - top) / (bottom - top);
        data.fill(Math.round(mix(from, to, share)[channel]), row * width, (row + 1) * width);
      }
    }
  }

  /** Light around a point that fades to nothing at `radius`. */
  glow(x: number, y: number, radius: number, colour: Colour, strength: number): void {
    for (const plane of this.#planes) {
      const { data, width, height, scale } = plane;
      const lastRow = Math.min(height, (y + radius) / scale);
      const lastColumn = Math.min(width, (x + radius) / scale);
      for (let row = Math.max(0, Math.floor((y - radius) / scale)); row < lastRow; row += 1) {
        for (let column = Math.max(0, Math.floor((x - radius) / scale)); column < lastColumn; column += 1) {
          const distance = Math.hypot(column * scale - x, row * scale - y) / radius;
          if (distance < 1) {
            blend(data, row * width + column, colour[plane.channel], strength * (1 - distance) ** 2);
          }
        }
      }
    }
  }

  /** Roughens brightness within a band of rows, the same every time, as plaster or grass does. */
  grain(top: number, bottom: number, amount: number): void {
    const { data, width } = this.#planes[0] as Plane;
    let seed = 1;
    for (let at = top * width; at < bottom * width; at += 1) {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      data[at] = clamp((data[at] as number) + ((seed >> 16) / 0x7fff - 0.5) * 2 * amount);
    }
  }
}

function fillRow(plane: Plane, row: number, shape: Shape, value: number, opacity: number): void {
  const spans = spansOf(plane, row, shape);
  if (spans.length === 0) return;
  const from = Math.max(0, Math.floor(Math.min(...spans.map(([left]) => left))));
  const to = Math.min(plane.width, Math.ceil(Math.max(...spans.map(([, right]) => right))));
  const isWhole = spans.length === plane.lines;
  const innerFrom = isWhole ? Math.max(from, Math.ceil(Math.max(...spans.map(([left]) => left)))) : to;
  const innerTo = isWhole ? Math.min(to, Math.floor(Math.min(...spans.map(([, right]) => right)))) : to;
  const offset = row * plane.width;
  const edge = (start: number, end: number): void => {
    for (let x = start; x < end; x += 1) {
      blend(plane.data, offset + x, value, opacity * coverageOf(spans, x, plane.lines));
    }
  };
  if (innerFrom >= innerTo) {
    edge(from, to);
    return;
  }
  edge(from, innerFrom);
  if (opacity === 1) plane.data.fill(Math.round(value), offset + innerFrom, offset + innerTo);
  else for (let x = innerFrom; x < innerTo; x += 1) blend(plane.data, offset + x, value, opacity);
  edge(innerTo, to);
}

function spansOf({ lines, scale }: Plane, row: number, shape: Shape): [number, number][] {
  const spans: [number, number][] = [];
  for (let line = 0; line < lines; line += 1) {
    const span = shape.span((row + (line + 0.5) / lines) * scale);
    if (span !== undefined) spans.push([span[0] / scale, span[1] / scale]);
  }
  return spans;
}

/** Share of a sample that the shape covers, 0 to 1. */
function coverageOf(spans: [number, number][], x: number, lines: number): number {
  let covered = 0;
  for (const [left, right] of spans) covered += Math.max(0, Math.min(right, x + 1) - Math.max(left, x));
  return covered / lines;
}

function blend(data: Uint8Array, at: number, value: number, share: number): void {
  const old = data[at] as number;
  data[at] = Math.round(old + (value - old) * share);
}

function clamp(value: number): number {
  return Math.min(235, Math.max(16, Math.round(value)));
}
