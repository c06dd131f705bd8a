/** Geometry of polygons. Points are `[x, y]`, shares of width and height from the upper left. */

/** A point. */
export type PolygonPoint = readonly [x: number, y: number];

/** Least area of a polygon, as a share of the picture: a corner of a few pixels is a slip of the hand. */
const MIN_AREA = 0.0001;

/** Whether no two sides touch but neighbours in their corner, and it has an area worth the name. */
export function isSimplePolygon(polygon: readonly PolygonPoint[]): boolean {
  const sides = sidesOf(polygon);
  const isCrossed = sides.some(([from, to], index) =>
    sides.slice(index + 1).some(([otherFrom, otherTo], distance) => {
      const isNext = distance === 0;
      const isBefore = index === 0 && distance === sides.length - 2;
      if (isNext) return foldsBack(from, to, otherTo);
      if (isBefore) return foldsBack(otherFrom, from, to);
      return crosses(from, to, otherFrom, otherTo);
    }),
  );
  return !isCrossed && areaOf(polygon) >= MIN_AREA;
}

/** Even-odd rule. */
export function isInside(polygon: readonly PolygonPoint[], [x, y]: PolygonPoint): boolean {
  let inside = false;
  for (const [[fromX, fromY], [toX, toY]] of sidesOf(polygon)) {
    const isCrossed = fromY > y !== toY > y && x < ((toX - fromX) * (y - fromY)) / (toY - fromY) + fromX;
    if (isCrossed) inside = !inside;
  }
  return inside;
}

/** Its sides, each from corner to corner. */
export function sidesOf(polygon: readonly PolygonPoint[]): [PolygonPoint, PolygonPoint][] {
  return polygon.map((corner, index) => [corner, polygon[(index + 1) % polygon.length] as PolygonPoint]);
}

/** Left, top, width and height of the smallest box around it. */
export function boundsOf(polygon: readonly PolygonPoint[]): [number, number, number, number] {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

/** Its area, as a share of the picture. */
export function areaOf(polygon: readonly PolygonPoint[]): number {
  const twice = sidesOf(polygon).reduce((sum, [[ax, ay], [bx, by]]) => sum + ax * by - bx * ay, 0);
  return Math.abs(twice) / 2;
}

/** On which side of a line a point lies: positive, negative, or 0 on the line. */
function sideOf([ax, ay]: PolygonPoint, [bx, by]: PolygonPoint, [x, y]: PolygonPoint): number {
  return Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
}

/** Whether two segments share a point. */
function crosses(a: PolygonPoint, b: PolygonPoint, c: PolygonPoint, d: PolygonPoint): boolean {
  const sides = [sideOf(a, b, c), sideOf(a, b, d), sideOf(c, d, a), sideOf(c, d, b)] as const;
  if (sides[0] !== sides[1] && sides[2] !== sides[3]) return true;
  return (
    (sides[0] === 0 && isBetween(a, b, c)) ||
    (sides[1] === 0 && isBetween(a, b, d)) ||
    (sides[2] === 0 && isBetween(c, d, a)) ||
    (sides[3] === 0 && isBetween(c, d, b))
  );
}

/** Whether a point on the line of a segment lies on the segment. */
function isBetween([ax, ay]: PolygonPoint, [bx, by]: PolygonPoint, [x, y]: PolygonPoint): boolean {
  const isAcross = Math.min(ax, bx) <= x && x <= Math.max(ax, bx);
  return isAcross && Math.min(ay, by) <= y && y <= Math.max(ay, by);
}

/** Whether a side goes back on the one before it, or one of them has no length. */
function foldsBack(from: PolygonPoint, corner: PolygonPoint, to: PolygonPoint): boolean {
  if (sideOf(from, corner, to) !== 0) return false;
  const along = (corner[0] - from[0]) * (to[0] - corner[0]) + (corner[1] - from[1]) * (to[1] - corner[1]);
  return along <= 0;
}
