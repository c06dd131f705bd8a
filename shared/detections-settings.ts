/** Analysis settings of a camera, and the source of its frames. */
import { z } from 'zod';
import { cameraIdSchema } from './camera.ts';
import { anyPolygonSchema, polygonSchema, zonesSchema } from './contract/zone.ts';

const MAX_AREAS = 32;

/** Switches default to off; the worker defaults the rest. */
export const analysisSettingsSchema = z
  .object({
    motion: z.boolean().default(false),
    persons: z.boolean().default(false),
    faces: z.boolean().default(false),
    cameraEvents: z.boolean().optional().meta({
      description: 'Takes what the camera itself finds, by ONVIF: motion, persons, tampering, crossed lines.',
    }),
    sensitivity: z
      .number()
      .int()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: '1 sees large, clear changes only, 100 the faintest; 50 unless given.' }),
    minArea: z
      .number()
      .min(0.0001)
      .max(1)
      .optional()
      .meta({ description: 'Smallest moving area, as a share of the picture; 0.003 unless given.' }),
    masks: z
      .array(polygonSchema)
      .max(MAX_AREAS)
      .optional()
      .meta({ description: 'Areas in which nothing counts: no motion, no person, no face.' }),
    motionAreas: z
      .array(polygonSchema)
      .max(MAX_AREAS)
      .optional()
      .meta({ description: 'Only motion in these counts; all of the picture without any.' }),
    everySeconds: z
      .number()
      .min(0.1)
      .max(3600)
      .optional()
      .meta({ description: 'Persons and faces are looked for this often without motion, too.' }),
    everyFrames: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .meta({ description: 'Persons and faces are looked for in every Nth picture without motion, too.' }),
    minScore: z.number().min(0).max(1).optional().meta({
      description: "Lowest score that counts for persons and faces; the model's own unless given.",
    }),
  })
  .strict()
  .meta({ id: 'AnalysisSettings', description: 'Which kinds of analysis run for a camera, and how.' });
export type AnalysisSettings = z.infer<typeof analysisSettingsSchema>;

/** As stored: earlier versions took masks whose sides cross. */
export const storedAnalysisSchema = analysisSettingsSchema.extend({
  masks: z.array(anyPolygonSchema).max(MAX_AREAS).optional(),
});

/** One camera to analyse; its frames come from the worker at `origin`, authorised by `token`. */
export const analysedCameraSchema = z.object({
  cameraId: cameraIdSchema,
  origin: z.url({ protocol: /^http$/ }),
  token: z.string(),
  settings: storedAnalysisSchema,
  zones: zonesSchema.default([]),
  /** Whether the level of motion is sent with each picture. */
  isMetered: z.boolean().default(false),
});
export type AnalysedCamera = z.infer<typeof analysedCameraSchema>;

/** Body of `PUT /internal/analysis`: the complete desired state. */
export const desiredAnalysisSchema = z.object({
  cameras: z.array(analysedCameraSchema).max(10_000),
});
export type DesiredAnalysis = z.infer<typeof desiredAnalysisSchema>;

/** Path of the desired state on an analysis worker. */
export const ANALYSIS_PATH = '/internal/analysis';
