/** Zones, masks and motion areas while they are drawn, and the request made of them. */
import type { CameraChanges } from '#shared/client/api-types.ts';
import { isSimplePolygon, type PolygonPoint, sidesOf } from '#shared/polygon.ts';
import type { ShownCamera } from './status.ts';

/** What an area is for. */
export const AREA_KINDS = ['zone', 'mask', 'motion'] as const;
export type AreaKind = (typeof AREA_KINDS)[number];

export const AREA_NAMES: Record<AreaKind, string> = { zone: 'Zone', mask: 'Mask', motion: 'Motion area' };

/** One area. */
export interface DrawnArea {
  /** Within the draft. */
  id: number;
  kind: AreaKind;
  /** Of a zone; empty otherwise. */
  name: string;
  polygon: readonly PolygonPoint[];
}

/** All of the page. */
export interface ZonesDraft {
  areas: readonly DrawnArea[];
  sensitivity: number;
  /** Share of the picture. */
  minArea: number;
}

/** What the gateway takes unless told otherwise. */
const USUAL = { sensitivity: 50, minArea: 0.003 };
const MAX_CORNERS = 64;
const MIN_CORNERS = 3;
const DIGITS = 1e4;

/** What is stored of a camera. */
export function zonesDraftOf({ zones, analysis }: ShownCamera): ZonesDraft {
  const { masks = [], motionAreas = [], sensitivity = USUAL.sensitivity, minArea = USUAL.minArea } = analysis;
  const areas = [
    ...zones.map(({ name, polygon }) => ({ kind: 'zone' as const, name, polygon })),
    ...masks.map((polygon) => ({ kind: 'mask' as const, name: '', polygon })),
    ...motionAreas.map((polygon) => ({ kind: 'motion' as const, name: '', polygon })),
  ];
  return {
    areas: areas.map((area, id) => ({ ...area, id, polygon: area.polygon as PolygonPoint[] })),
    sensitivity,
    minArea,
  };
}

/** The request that stores a draft; what it does not draw stays as it is. */
export function zonesChangesOf(draft: ZonesDraft, { analysis }: ShownCamera): CameraChanges {
  const polygonsOf = (kind: AreaKind): [number, number][][] =>
    draft.areas.filter((area) => area.kind === kind).map(({ polygon }) => polygon.map(([x, y]) => [x, y]));
  const zones = draft.areas
    .filter(({ kind }) => kind === 'zone')
    .map(({ name, polygon }) => ({
      name: name.trim(),
      polygon: polygon.map(([x, y]): [number, number] => [x, y]),
    }));
  const { masks: _masks, motionAreas: _areas, sensitivity, minArea, ...rest } = analysis;
  const [masks, motionAreas] = [polygonsOf('mask'), polygonsOf('motion')];
  return {
    zones,
    analysis: {
      ...rest,
      ...(masks.length === 0 ? {} : { masks }),
      ...(motionAreas.length === 0 ? {} : { motionAreas }),
      ...(draft.sensitivity === (sensitivity ?? USUAL.sensitivity)
        ? { sensitivity }
        : { sensitivity: draft.sensitivity }),
      ...(draft.minArea === (minArea ?? USUAL.minArea) ? { minArea } : { minArea: draft.minArea }),
    },
  };
}

/** What an area is called: a zone by its name, others by their number among their kind. */
export function areaNameOf({ id, kind, name }: DrawnArea, areas: readonly DrawnArea[]): string {
  if (kind === 'zone') return name.trim() || 'No name';
  const alike = areas.filter((area) => area.kind === kind);
  return `${AREA_NAMES[kind]} ${alike.findIndex((area) => area.id === id) + 1}`;
}

/** Whether two drafts would be stored alike. */
export function isSameDraft(a: ZonesDraft, b: ZonesDraft): boolean {
  const text = ({ areas, ...rest }: ZonesDraft): string =>
    JSON.stringify([areas.map(({ kind, name, polygon }) => [kind, name.trim(), polygon]), rest]);
  return text(a) === text(b);
}

/** Why an area cannot be stored; undefined where it can. */
export function areaFaultOf(area: DrawnArea, areas: readonly DrawnArea[]): string | undefined {
  if (!isSimplePolygon(area.polygon)) return 'Its sides cross or touch each other. Move or remove a corner.';
  if (area.kind !== 'zone') return undefined;
  const name = area.name.trim().toLowerCase();
  if (name === '') return 'Give it a name.';
  const isTaken = areas.some(
    ({ id, kind, name: other }) => id !== area.id && kind === 'zone' && other.trim().toLowerCase() === name,
  );
  return isTaken ? 'Another zone has this name.' : undefined;
}

/** A new area in the middle of the picture, beside those that are new too. */
export function newArea(areas: readonly DrawnArea[], kind: AreaKind): DrawnArea {
  const id = areas.reduce((highest, area) => Math.max(highest, area.id), -1) + 1;
  const shift = ((areas.length % 5) - 2) * 0.05;
  const [left, top, right, bottom] = [0.35 + shift, 0.35 + shift, 0.65 + shift, 0.65 + shift];
  const corners: PolygonPoint[] = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
  const name = kind === 'zone' ? freeName(areas) : '';
  return { id, kind, name, polygon: corners.map(kept) };
}

/** A corner more, on the side that is nearest. */
export function withCorner(polygon: readonly PolygonPoint[], point: PolygonPoint): PolygonPoint[] {
  if (polygon.length >= MAX_CORNERS) return [...polygon];
  const distances = sidesOf(polygon).map(([from, to]) => distanceTo(point, from, to));
  const nearest = distances.indexOf(Math.min(...distances));
  return polygon.toSpliced(nearest + 1, 0, kept(point));
}

/** A corner more, in the middle of the side after a corner. */
export function withCornerAfter(polygon: readonly PolygonPoint[], index: number): PolygonPoint[] {
  if (polygon.length >= MAX_CORNERS) return [...polygon];
  const [from, to] = sidesOf(polygon)[index] as [PolygonPoint, PolygonPoint];
  return polygon.toSpliced(index + 1, 0, kept([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
}

/** A corner elsewhere. */
export function withMovedCorner(
  polygon: readonly PolygonPoint[],
  index: number,
  point: PolygonPoint,
): PolygonPoint[] {
  return polygon.with(index, kept(point));
}

/** A corner less; three stay. */
export function withoutCorner(polygon: readonly PolygonPoint[], index: number): PolygonPoint[] {
  return polygon.length <= MIN_CORNERS ? [...polygon] : polygon.toSpliced(index, 1);
}

/** All of it elsewhere, within the picture. */
export function movedBy(polygon: readonly PolygonPoint[], across: number, down: number): PolygonPoint[] {
  const within = (by: number, values: number[]): number =>
    Math.min(Math.max(by, -Math.min(...values)), 1 - Math.max(...values));
  const dx = within(
    across,
    polygon.map(([x]) => x),
  );
  const dy = within(
    down,
    polygon.map(([, y]) => y),
  );
  return polygon.map(([x, y]) => kept([x + dx, y + dy]));
}

function freeName(areas: readonly DrawnArea[]): string {
  const names = areas.map(({ name }) => name.trim().toLowerCase());
  let number = 1;
  while (names.includes(`zone ${number}`)) number += 1;
  return `Zone ${number}`;
}

function kept([x, y]: PolygonPoint): PolygonPoint {
  const within = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * DIGITS) / DIGITS;
  return [within(x), within(y)];
}

function distanceTo([x, y]: PolygonPoint, [ax, ay]: PolygonPoint, [bx, by]: PolygonPoint): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
