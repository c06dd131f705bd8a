/**
 * Boxes and points as a language model writes them. It is asked for thousandths of the picture; models that
 * were trained on pixels or on fractions answer those all the same.
 */
import type { Box, Point } from '#shared/contract/reason.ts';
import type { WantedForm } from './provider.ts';

/** Pixels. */
interface PictureSize {
  width: number;
  height: number;
}

const SCALE = 1000;

const thousandth = { type: 'number', description: `From 0 to ${SCALE}.` };

/** Boxes in thousandths. */
export const BOXES_FORM = listForm('objects', ['x_min', 'y_min', 'x_max', 'y_max']);
/** Points in thousandths. */
export const POINTS_FORM = listForm('points', ['x', 'y']);

/** How to ask for boxes. */
export function boxesQuestion(object: string): string {
  return `Find every ${JSON.stringify(object)} in the picture. For each give the box around it: x_min, y_min, x_max, y_max, in thousandths of the picture's width and height from the top left corner, so that 0 is the left or upper edge and ${SCALE} the right or lower one. Give an empty list if there is none.`;
}

/** How to ask for points. */
export function pointsQuestion(object: string): string {
  return `Point at every ${JSON.stringify(object)} in the picture. For each give x and y of its middle, in thousandths of the picture's width and height from the top left corner, so that 0 is the left or upper edge and ${SCALE} the right or lower one. Give an empty list if there is none.`;
}

/** Boxes from 0 to 1 with a size; those that are none are left out. */
export function readBoxes(answer: unknown, size: PictureSize): Box[] {
  const boxes = (answer as { objects: Box[] }).objects;
  const [x, y] = scalesOf(
    boxes.flatMap(({ x_min, x_max }) => [x_min, x_max]),
    boxes.flatMap(({ y_min, y_max }) => [y_min, y_max]),
    size,
  );
  return boxes
    .map((box) => ({
      x_min: x(Math.min(box.x_min, box.x_max)),
      y_min: y(Math.min(box.y_min, box.y_max)),
      x_max: x(Math.max(box.x_min, box.x_max)),
      y_max: y(Math.max(box.y_min, box.y_max)),
    }))
    .filter(({ x_min, y_min, x_max, y_max }) => x_max > x_min && y_max > y_min);
}

/** Points from 0 to 1. */
export function readPoints(answer: unknown, size: PictureSize): Point[] {
  const { points } = answer as { points: Point[] };
  const [x, y] = scalesOf(
    points.map((point) => point.x),
    points.map((point) => point.y),
    size,
  );
  return points.map((point) => ({ x: x(point.x), y: y(point.y) }));
}

type Scale = (value: number) => number;

function scalesOf(xs: readonly number[], ys: readonly number[], size: PictureSize): [Scale, Scale] {
  const largest = Math.max(0, ...xs, ...ys);
  // Nothing lies within the first thousandth: these are fractions.
  if (largest <= 1) return [scale(1), scale(1)];
  return largest <= SCALE ? [scale(SCALE), scale(SCALE)] : [scale(size.width), scale(size.height)];
}

function scale(whole: number): Scale {
  return (value) => Math.min(1, Math.max(0, value / whole));
}

function listForm(name: string, members: readonly string[]): WantedForm {
  const item = {
    type: 'object',
    properties: Object.fromEntries(members.map((member) => [member, thousandth])),
    required: [...members],
    additionalProperties: false,
  };
  const schema = {
    type: 'object',
    properties: { [name]: { type: 'array', items: item } },
    required: [name],
    additionalProperties: false,
  };
  return { name, schema, isStrict: true };
}
