/** Messages of an analysis worker to its gateway, JSON over one WebSocket (docs/contract.md, section 8). */
import { z } from 'zod';
import { motionLevelSchema } from './contract/motion-level.ts';

/** Path of that WebSocket on an analysis worker. */
export const RESULTS_PATH = '/internal/results';

const shareSchema = z.number().min(0).max(1);

/** One object in a frame. */
export const detectedObjectSchema = z.object({
  /** `motion`, or a label of the model. */
  label: z.string(),
  score: shareSchema,
  /** Left, top, width and height as shares of the picture. */
  box: z.tuple([shareSchema, shareSchema, shareSchema, shareSchema]),
  /** Constant while the object is tracked. */
  trackId: z.number().int(),
  /** Names of the zones that it is in; absent where it is in none. */
  zones: z.array(z.string()).optional(),
});
export type DetectedObject = z.infer<typeof detectedObjectSchema>;

/** All objects in a camera's picture, also sent on `/ws`. An empty list follows the last object. */
export const detectionsMessageSchema = z.object({
  type: z.literal('detections'),
  cameraId: z.string(),
  /** Capture time of the frame, Unix seconds. */
  timestamp: z.number(),
  objects: z.array(detectedObjectSchema),
});
export type DetectionsMessage = z.infer<typeof detectionsMessageSchema>;

/** Something moves: sent at the start of motion and about once a second during it. */
export const motionMessageSchema = z.object({
  type: z.literal('motion'),
  cameraId: z.string(),
  /** Unix seconds. */
  timestamp: z.number(),
  /** Names of the zones in which something moved since the message before. */
  zones: z.array(z.string()).default([]),
});

/** How much of a picture changed: sent with each picture while it is asked for. */
export const motionLevelMessageSchema = motionLevelSchema.extend({ type: z.literal('motion-level') });
export type MotionLevelMessage = z.infer<typeof motionLevelMessageSchema>;

/** State of an event at its start, update or end; times are Unix milliseconds. */
export const observedEventSchema = z.object({
  id: z.string(),
  cameraId: z.string(),
  kind: z.enum(['motion', 'person', 'face']),
  label: z.string(),
  score: shareSchema,
  startedAt: z.number(),
  updatedAt: z.number(),
  endedAt: z.number().nullable(),
  /** Names of the zones in which it was seen. */
  zones: z.array(z.string()).default([]),
  data: z.record(z.string(), z.unknown()),
});
export type ObservedEvent = z.infer<typeof observedEventSchema>;

/** A picture of an event: when it was taken and what was found in it. */
export const eventPictureSchema = z.object({
  /** JPEG in base64. */
  jpeg: z.base64(),
  /** Unix milliseconds. */
  takenAt: z.number(),
  objects: z.array(detectedObjectSchema),
});

/** With the best picture so far, if better than the previous one. */
export const eventMessageSchema = z.object({
  type: z.literal('event'),
  event: observedEventSchema,
  picture: eventPictureSchema.optional(),
});
export type EventMessage = z.infer<typeof eventMessageSchema>;

/** Sent on `/ws`: start, update or end of an event. Times are ISO 8601, as in the list of events. */
export const eventUpdateSchema = z.object({
  type: z.literal('event'),
  change: z.enum(['start', 'update', 'end']),
  id: z.string(),
  cameraId: z.string(),
  kind: observedEventSchema.shape.kind,
  label: z.string(),
  score: shareSchema,
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  zones: z.array(z.string()),
});
export type EventUpdate = z.infer<typeof eventUpdateSchema>;

/** Health of a detector. Part of `GET /health` of an analysis worker. */
export const detectorHealthSchema = z.object({
  state: z.enum(['ready', 'loading', 'off']),
  /** Why it is off. */
  reason: z.string().optional(),
  /** File name of the model. */
  model: z.string().optional(),
  /** `cuda`, `cpu` or `builtin`. */
  hardware: z.string().optional(),
});
export type DetectorHealth = z.infer<typeof detectorHealthSchema>;

/** Health of all detectors: the first message, repeated on every change. */
export const analysisHealthSchema = z.object({
  type: z.literal('health'),
  detectors: z.object({ person: detectorHealthSchema, face: detectorHealthSchema }),
});
export type AnalysisHealth = z.infer<typeof analysisHealthSchema>;

/** Every message of an analysis worker. */
export const resultMessageSchema = z.discriminatedUnion('type', [
  detectionsMessageSchema,
  motionMessageSchema,
  motionLevelMessageSchema,
  eventMessageSchema,
  analysisHealthSchema,
]);
export type ResultMessage = z.infer<typeof resultMessageSchema>;
