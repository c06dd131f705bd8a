/** Colours of video. */

/** Limited-range BT.709, 8 bits each. */
export interface Colour {
  y: number;
  u: number;
  v: number;
}

/** Converts `#rrggbb` (ITU-R BT.709 sections 3 and 4). */
export function colour(hex: string): Colour {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return {
    y: Math.round(16 + 219 * y),
    u: Math.round(128 + (224 * (b - y)) / 1.8556),
    v: Math.round(128 + (224 * (r - y)) / 1.5748),
  };
}

/** A colour between two; `share` 0 is the first, 1 the second. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const between = (a: number, b: number): number => a + (b - a) * share;
  return { y: between(from.y, to.y), u: between(from.u, to.u), v: between(from.v, to.v) };
}
