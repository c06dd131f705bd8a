/** Zones of a camera: named parts of its picture, drawn as polygons. */
import { z } from 'zod';
import { isSimplePolygon } from '../polygon.ts';

const coordinateSchema = z.number().min(0).max(1);
const MAX_POINTS = 64;

/** Most zones of a camera: their pixels are kept as one bit each. */
const MAX_ZONES = 16;

/** Corners as `[x, y]`, shares of width and height from the upper left. As stored: sides may cross. */
export const anyPolygonSchema = z
  .array(z.tuple([coordinateSchema, coordinateSchema]))
  .min(3)
  .max(MAX_POINTS);
export type Polygon = z.infer<typeof anyPolygonSchema>;

/** A polygon as clients may give it. */
export const polygonSchema = anyPolygonSchema
  .refine(isSimplePolygon, 'sides must not cross or touch each other, and it must enclose an area')
  .meta({
    id: 'Polygon',
    description: 'Corners as `[x, y]`, from 0 to 1 of width and height. Sides must not cross.',
  });

/** Name of a zone. */
export const zoneNameSchema = z.string().trim().min(1).max(40);

/** One zone. */
export const zoneSchema = z
  .strictObject({ name: zoneNameSchema, polygon: polygonSchema })
  .meta({ id: 'Zone', description: 'A named part of the picture. Events carry the names of their zones.' });
export type Zone = z.infer<typeof zoneSchema>;

/** All zones of a camera. */
export const zonesSchema = z
  .array(zoneSchema)
  .max(MAX_ZONES)
  .superRefine((zones, context) => {
    const names = zones.map(({ name }) => name.toLowerCase());
    const index = names.findIndex((name, at) => names.indexOf(name) < at);
    if (index >= 0)
      context.addIssue({ code: 'custom', path: [index, 'name'], message: 'another zone has this name' });
  })
  .meta({ description: 'Named parts of the picture, each name once.' });
