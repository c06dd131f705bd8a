/** Convex shapes as a canvas fills them: for each height, from where to where. */

/** All measures in pixels; x grows to the right, y downwards. */
export interface Shape {
  top: number;
  bottom: number;
  /** Left and right end at height `y`; undefined where the shape is not. */
  span(y: number): readonly [number, number] | undefined;
}

export type Point = readonly [x: number, y: number];

export function rectangle(x: number, y: number, width: number, height: number): Shape {
  const ends = [x, x + width] as const;
  return { top: y, bottom: y + height, span: (at) => (at >= y && at < y + height ? ends : undefined) };
}

export function roundedRectangle(x: number, y: number, width: number, height: number, radius: number): Shape {
  const bottom = y + height;
  return {
    top: y,
    bottom,
    span: (at) => {
      if (at < y || at >= bottom) return undefined;
      const intoCorner = Math.max(y + radius - at, at - (bottom - radius), 0);
      const inset = radius - Math.sqrt(Math.max(0, radius ** 2 - intoCorner ** 2));
      return [x + inset, x + width - inset];
    },
  };
}

export function ellipse(x: number, y: number, radiusX: number, radiusY = radiusX): Shape {
  return {
    top: y - radiusY,
    bottom: y + radiusY,
    span: (at) => {
      const rest = 1 - ((at - y) / radiusY) ** 2;
      if (rest <= 0) return undefined;
      const half = radiusX * Math.sqrt(rest);
      return [x - half, x + half];
    },
  };
}

/** A convex polygon. */
export function polygon(...points: Point[]): Shape {
  const heights = points.map(([, y]) => y);
  return {
    top: Math.min(...heights),
    bottom: Math.max(...heights),
    span: (at) => {
      let left = Number.POSITIVE_INFINITY;
      let right = Number.NEGATIVE_INFINITY;
      for (const [index, [x0, y0]] of points.entries()) {
        const [x1, y1] = points[(index + 1) % points.length] as Point;
        if (at < Math.min(y0, y1) || at >= Math.max(y0, y1)) continue;
        const x = x0 + ((at - y0) / (y1 - y0)) * (x1 - x0);
        left = Math.min(left, x);
        right = Math.max(right, x);
      }
      return left < right ? [left, right] : undefined;
    },
  };
}

/** A straight stroke. */
export function stroke([x0, y0]: Point, [x1, y1]: Point, width: number): Shape {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const dx = (((y1 - y0) / length) * width) / 2;
  const dy = (((x1 - x0) / length) * width) / 2;
  return polygon([x0 + dx, y0 - dy], [x1 + dx, y1 - dy], [x1 - dx, y1 + dy], [x0 - dx, y0 + dy]);
}
