/** Recording between gateway and RTSP workers: what is wanted, and what became of it. */
import { z } from 'zod';
import { cameraIdSchema } from './camera.ts';
import { beginsSchema, recorderStateSchema } from './contract/recording.ts';
import { snapshotQuerySchema } from './frames/subscription.ts';

/** Path of the desired state on an RTSP worker, and below it of orders about one camera. */
export const RECORDING_PATH = '/internal/recording';
/** Path of the WebSocket with {@link RecorderMessage}s. */
export const RECORDER_FEED_PATH = '/internal/recorder-feed';

/** Environment variables of an RTSP worker that only a gateway sets. */
export const RECORDING_ENV = {
  /** Absolute path of the folder of segments; absent: nothing is recorded. */
  folder: 'WORKER_RECORDINGS_DIR',
  /** Disk space that recordings leave free, MB. */
  reserveMb: 'WORKER_RECORDINGS_RESERVE_MB',
  /** Memory of all rings together, MB. */
  ringMb: 'WORKER_RECORDINGS_MEMORY_MB',
  /** Disk space of what the worker looks after itself, MB; absent: the gateway looks after the folder. */
  quotaMb: 'WORKER_RECORDINGS_QUOTA_MB',
} as const;

/** How long a recording stays of whose camera nothing is known, milliseconds. */
export const DEFAULT_KEEP_MS = 24 * 3_600_000;

/** What is kept of one camera. */
export const desiredRecordingSchema = z.object({
  cameraId: cameraIdSchema,
  /** Everything goes to disk. */
  isContinuous: z.boolean(),
  /** How much stays in memory. */
  ringSeconds: z.number().min(0),
  /** How long a recording stays, milliseconds; 0: only what clips of events need. */
  keepMs: z.number().min(0).default(DEFAULT_KEEP_MS),
});
export type DesiredRecording = z.infer<typeof desiredRecordingSchema>;

/** Body of `PUT` {@link RECORDING_PATH}: the complete desired state. */
export const desiredRecordingsSchema = z.object({ cameras: z.array(desiredRecordingSchema).max(10_000) });

/** Body of `POST` {@link RECORDING_PATH}`/:cameraId/store`: writes this time to disk, Unix milliseconds. */
export const storeOrderSchema = z.object({
  from: z.number(),
  until: z.number(),
  /** What a clip of an event needs of it, and until when; only a worker with an archive looks at it. */
  clip: z.object({ id: z.string(), from: z.number(), to: z.number(), keepUntil: z.number() }).optional(),
});
export type StoreOrder = z.infer<typeof storeOrderSchema>;

/** Query of `GET` {@link RECORDING_PATH}`/:cameraId/picture`: a picture of a time that is in memory, Unix milliseconds. */
export const keptPictureQuerySchema = snapshotQuerySchema
  .omit({ maxAgeMs: true, seq: true })
  .extend({ at: z.coerce.number() });

/** A file of a recording; times are Unix milliseconds. */
export const segmentSchema = z.object({
  cameraId: z.string(),
  /** Its name, which begins with its day: `2026-11-30T10-55-01.123Z.continues.mp4`. */
  file: z.string(),
  begins: beginsSchema,
  /** RFC 6381. */
  codecs: z.string(),
  startedAt: z.number(),
  endedAt: z.number(),
  bytes: z.number().int(),
  /** Bytes and milliseconds of each group of pictures; in front of the first is the initialisation segment. */
  parts: z.array(z.tuple([z.number().int(), z.number()])),
});
export type Segment = z.infer<typeof segmentSchema>;

/** A segment is written, or was; sent again with each group of pictures. */
const segmentMessageSchema = z.object({
  type: z.literal('segment'),
  segment: segmentSchema,
  isOpen: z.boolean(),
});

/** What a recorder does, when that changes. */
const recorderMessageSchema = z.object({
  type: z.literal('recorder'),
  cameraId: z.string(),
  state: recorderStateSchema,
  /** Stable code. */
  reason: z.string().nullable(),
});

/** Every message of a worker. */
export const recorderFeedSchema = z.discriminatedUnion('type', [segmentMessageSchema, recorderMessageSchema]);
export type RecorderMessage = z.infer<typeof recorderFeedSchema>;
