/** What is to be analysed of a camera, and where its frames come from. */
import { z } from 'zod';
import { cameraIdSchema } from './camera.ts';

const coordinateSchema = z.number().min(0).max(1);
/** Corners as `[x, y]`, shares of width and height from the upper left. */
const polygonSchema = z
  .array(z.tuple([coordinateSchema, coordinateSchema]))
  .min(3)
  .max(64);
export type Polygon = z.infer<typeof polygonSchema>;

/** Switches are off unless said otherwise; the rest has defaults where the worker reads it. */
export const analysisSettingsSchema = z
  .object({
    motion: z.boolean().default(false),
    persons: z.boolean().default(false),
    faces: z.boolean().default(false),
    /** 1 sees large, clear changes only; 100 sees the faintest. Default 50. */
    sensitivity: z.number().int().min(1).max(100).optional(),
    /** Smallest moving area, as a share of the picture. Default 0.003. */
    minArea: z.number().min(0.0001).max(1).optional(),
    /** Areas in which nothing counts: trees, roads, clocks. */
    masks: z.array(polygonSchema).max(32).optional(),
    /** Persons and faces are looked for this often without motion, too; default: only where something moves. */
    everySeconds: z.number().min(0.1).max(3600).optional(),
    /** They are looked for in every Nth of the pictures that motion looks at, too. */
    everyFrames: z.number().int().min(1).max(100_000).optional(),
    /** Lowest score that counts for persons and faces; default: the model's own. */
    minScore: z.number().min(0).max(1).optional(),
  })
  .strict();
export type AnalysisSettings = z.infer<typeof analysisSettingsSchema>;

/** One camera to analyse: its frames come from the worker at `origin`, which wants `token`. */
export const analysedCameraSchema = z.object({
  cameraId: cameraIdSchema,
  origin: z.url({ protocol: /^http$/ }),
  token: z.string(),
  settings: analysisSettingsSchema,
});
export type AnalysedCamera = z.infer<typeof analysedCameraSchema>;

/** Body of `PUT /internal/analysis`: all that is wanted; what is not named ends. */
export const analysisWishSchema = z.object({
  cameras: z.array(analysedCameraSchema).max(10_000),
});
export type AnalysisWish = z.infer<typeof analysisWishSchema>;

/** Path of the whole wanted state on an analysis worker. */
export const ANALYSIS_PATH = '/internal/analysis';
