/** Recordings: what is kept of a camera, and where it has gaps. */
import { z } from 'zod';
import { idInPath, timeSchema } from './common.ts';
import { anyTimeSchema } from './event.ts';

/** `record` of a camera. */
export const recordModeSchema = z.enum(['off', 'events', 'motion', 'always']).meta({
  description:
    '`always`: all of it. `events`, `motion`: from before each event, or each motion, until after it. `off`: no more than the clips of events.',
});
export type RecordMode = z.infer<typeof recordModeSchema>;

const MAX_RING_S = 300;
const MAX_HOURS = 24 * 366;

/** `keep` of a camera. */
export const keepSchema = z
  .union([
    z.strictObject({
      seconds: z
        .int()
        .min(0)
        .max(MAX_RING_S)
        .meta({ description: 'In memory, for clips of events; 0: none.' }),
    }),
    z.strictObject({
      hours: z.int().min(1).max(MAX_HOURS).meta({ description: 'Of its recording, on disk.' }),
    }),
  ])
  .meta({
    id: 'Keep',
    description: 'How much is kept of a camera: seconds in memory, or hours on disk where it records.',
  });
export type Keep = z.infer<typeof keepSchema>;

/** What a person decides about recording a camera. */
export interface RecordingSettings {
  record: RecordMode;
  /** Null: as many hours, or seconds, as is usual. */
  keep: Keep | null;
}

export const NO_RECORDING: RecordingSettings = { record: 'off', keep: null };

/** Settings as they are stored. */
export const recordingSettingsSchema: z.ZodType<RecordingSettings> = z.object({
  record: recordModeSchema,
  keep: keepSchema.nullable(),
});

/** Why nothing is recorded between two spans. */
const GAP_REASONS = [
  'off',
  'reconnected',
  'interrupted',
  'clock-changed',
  'restarted',
  'storage-full',
  'removed',
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** How a segment follows the one before: `continues`, or the reason of the gap between them. */
export const beginsSchema = z.enum(['continues', 'format-changed', ...GAP_REASONS]);
export type Begins = z.infer<typeof beginsSchema>;

/** What a recorder does; `ready`: it keeps the newest seconds in memory. */
export const recorderStateSchema = z.enum(['waiting', 'ready', 'recording', 'paused', 'unsupported']);
export type RecorderState = z.infer<typeof recorderStateSchema>;

/** A time range as query. */
export const rangeQuerySchema = z.object({
  from: anyTimeSchema.meta({ description: 'Unix seconds or ISO 8601.' }),
  to: anyTimeSchema.meta({ description: 'Unix seconds or ISO 8601.' }),
});

/** Query of `GET /api/recordings/:cameraId` and of `DELETE`. */
export const openRangeQuerySchema = rangeQuerySchema.partial();

/** Name of a segment as part of a path. */
export const segmentInPath = idInPath('Name from the playlist.', '2026-11-30T10-55-01.123Z.continues.mp4');

const spanSchema = z.object({
  from: timeSchema,
  to: timeSchema,
  bytes: z.int(),
});

/** Answer of `GET /api/recordings/:cameraId`. */
export const recordingSchema = z
  .object({
    cameraId: z.string(),
    spans: z.array(spanSchema).meta({ description: 'What is recorded, in order of time.' }),
    gaps: z
      .array(z.object({ from: timeSchema, to: timeSchema, reason: z.enum(GAP_REASONS) }))
      .meta({ description: 'What is missing between them, and why.' }),
    unavailable: z
      .array(z.object({ code: z.string(), error: z.string() }))
      .optional()
      .meta({
        description: 'Agents and workers that may have more of it and do not answer; absent: none.',
      }),
  })
  .meta({ id: 'Recording' });
export type Recording = z.infer<typeof recordingSchema>;

/** One element of `GET /api/recordings`. */
export const recordingSummarySchema = z
  .object({
    cameraId: z.string(),
    from: timeSchema.nullable(),
    to: timeSchema.nullable(),
    bytes: z.int(),
    segments: z.int(),
    state: recorderStateSchema.nullable().meta({
      description: 'What the recorder does now; null where there is none, as for a camera that was removed.',
    }),
    reason: z.string().nullable().meta({ description: 'Stable code of why it is paused or does nothing.' }),
  })
  .meta({ id: 'RecordingSummary' });
export type RecordingSummary = z.infer<typeof recordingSummarySchema>;

/** Answer of `GET /api/recordings`. */
export const recordingsSchema = z
  .object({
    bytes: z.int(),
    quotaBytes: z.int(),
    cameras: z.array(recordingSummarySchema),
  })
  .meta({ id: 'RecordingList' });

/** Answer of `DELETE /api/recordings/:cameraId`. */
export const removedRecordingSchema = z
  .object({ success: z.literal(true), segments: z.int(), bytes: z.int() })
  .meta({ id: 'RemovedRecording' });
