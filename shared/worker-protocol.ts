/**
 * Protocol between supervisor and workers: environment, IPC messages, exit codes,
 * health answers and internal routes.
 */
import { z } from 'zod';
import { cameraIdSchema } from './camera.ts';
import { cameraSourceSchema } from './camera-source.ts';
import { cameraStatusSchema, slowedSchema } from './contract/status.ts';
import { decoderChoiceSchema } from './decoder-settings.ts';

/** Exit codes with a meaning (docs/operations.md, Exit codes). */
export const EXIT_PARENT_LOST = 70;
export const EXIT_PORT_TAKEN = 75;

/** Environment variables that only a supervisor sets. */
export const WORKER_ENV = {
  /** HTTP port to bind; a worker that finds it taken exits with {@link EXIT_PORT_TAKEN}. */
  port: 'WORKER_PORT',
  /** Name of the slot, for log lines: `rtsp-0`. */
  name: 'WORKER_NAME',
  /** Random nonce of the process, repeated in every health answer. */
  instance: 'WORKER_INSTANCE',
  /** Number of the spawn; repeated in every health answer. */
  epoch: 'WORKER_EPOCH',
  /** Shared secret that every request to the worker must carry. */
  token: 'WORKER_TOKEN',
  /** Set where the worker notes its work in an open file (`shared/work-trail.ts`). */
  trail: 'WORKER_TRAIL',
  /** Memory of all decoders of the worker, MiB. */
  decoderMb: 'WORKER_DECODER_MB',
  /** `on` for a worker whose cameras broke others. */
  quarantine: 'WORKER_QUARANTINE',
} as const;

/** Header that carries the worker token. */
export const TOKEN_HEADER = 'x-worker-token';

/** Header with the number of a new WebRTC session, which the gateway counts over all workers. */
export const SESSION_NUMBER_HEADER = 'x-session-number';
/** Tells a worker whether the client of a new WebRTC session is on this machine: `1`. */
export const LOCAL_CLIENT_HEADER = 'x-local-client';
/**
 * Text about the client of a new WebRTC session, which means nothing to the worker: gateways that share the
 * worker ask for it at {@link SESSION_OWNERS_PATH}.
 */
export const SESSION_OWNER_HEADER = 'x-session-owner';
export const MAX_SESSION_OWNER_LENGTH = 1024;
/** `GET` lists the sessions that carry such a text; `GET {path}/{sessionId}` gives one of them. */
export const SESSION_OWNERS_PATH = '/internal/session-owners';

/** Answer for one session. */
export const sessionOwnerAnswerSchema = z.object({ sessionId: z.string(), owner: z.string() });
/** Answer for all sessions. */
export const sessionOwnersAnswerSchema = z.array(sessionOwnerAnswerSchema);

/** Opens a connection of RTSP to a worker: an upgrade of `GET /internal/restream/{cameraId}` to this protocol. */
export const RESTREAM_PROTOCOL = 'rtsp';
export const RESTREAM_PATH = '/internal/restream/';
/** Address of the client whose connection is passed on. */
export const RESTREAM_CLIENT_HEADER = 'x-client-address';
/** The upgrade came with the client's own connection: nothing of HTTP is answered, a refusal closes it. */
export const HANDED_HEADER = 'x-handed-connection';

/** Worker to supervisor: ready. `details` are further ports (`rtspPort`). */
export const readyMessageSchema = z.object({
  type: z.literal('ready'),
  port: z.number().int(),
  details: z.record(z.string(), z.number()).default({}),
});
export type ReadyMessage = z.infer<typeof readyMessageSchema>;

/** Worker to supervisor: starting takes longer, wait up to `ms` more (60,000 at most each). */
export const extendMessageSchema = z.object({ type: z.literal('extend'), ms: z.number().max(60_000) });

/** Supervisor to worker: stop gracefully within `deadlineMs`. */
export const stopMessageSchema = z.object({ type: z.literal('stop'), deadlineMs: z.number() });

/**
 * Supervisor to worker, with a client's connection: serve it. `first`, Latin-1, is read before what the client sends.
 * `id` counts the connections that were handed to this process.
 */
export const handedSocketMessageSchema = z.object({
  type: z.literal('socket'),
  id: z.int(),
  first: z.string(),
});
export type HandedSocketMessage = z.infer<typeof handedSocketMessageSchema>;

/** Supervisor to worker: end a connection that was handed over. */
export const closeSocketMessageSchema = z.object({ type: z.literal('close-socket'), id: z.int() });
export type CloseSocketMessage = z.infer<typeof closeSocketMessageSchema>;

/** Worker to supervisor: a connection that was handed over has ended. */
export const socketClosedMessageSchema = z.object({ type: z.literal('socket-closed'), id: z.int() });
export type SocketClosedMessage = z.infer<typeof socketClosedMessageSchema>;

/** `GET /livez` of every worker. */
export const livezSchema = z.object({
  status: z.literal('alive'),
  instance: z.string(),
  epoch: z.number(),
  /** Resident set size, bytes. */
  rss: z.number(),
  /** CPU time since its start, milliseconds. */
  cpuMs: z.number().optional(),
  /** Open file descriptors; absent if the platform does not report them. */
  fds: z.number().optional(),
  /** Soft limit of file descriptors; absent if the platform does not report it. */
  fdLimit: z.number().optional(),
  /** What decodes pictures, where the worker does. */
  decoder: decoderChoiceSchema.optional(),
  /** Cameras of which clients get fewer or lesser pictures than they asked for; at most 100. */
  slowed: z.array(slowedSchema.extend({ cameraId: z.string() })).optional(),
});
export type Livez = z.infer<typeof livezSchema>;

/** Body of `PUT /internal/cameras/:id`: keep this camera connected, whether it answers now or not. */
export const desiredCameraSchema = z.object({
  cameraId: cameraIdSchema,
  source: cameraSourceSchema,
  /** Grows each time the camera moves; an order with an earlier one is refused. Absent on one gateway alone. */
  epoch: z.int().min(0).optional(),
});
export type DesiredCamera = z.infer<typeof desiredCameraSchema>;

/** Query of `DELETE /internal/cameras/:id`. */
export const removalQuerySchema = z.object({ epoch: z.coerce.number().int().min(0).optional() });

/** Body of `PATCH /internal/cameras`: keep all of these connected; cameras that are not named stay as they are. */
export const desiredCamerasSchema = z.object({ cameras: z.array(desiredCameraSchema).max(1000) });

/** One entry of `GET /internal/cameras`, the actual state. `sourceId` is {@link sourceId} of its source. */
export const actualCameraSchema = z.object({
  cameraId: z.string(),
  sourceId: z.string(),
  status: cameraStatusSchema.optional(),
});
export const actualCamerasSchema = z.array(actualCameraSchema);
export type ActualCamera = z.infer<typeof actualCameraSchema>;

/** Body of `POST /internal/test`: a source to try without storing it. */
export const cameraTestSchema = z.object({ source: cameraSourceSchema });

/** Result: the first picture. */
export const cameraTestResultSchema = z.object({
  codec: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  /** From the first byte to the first picture. */
  ms: z.number(),
});
export type CameraTestResult = z.infer<typeof cameraTestResultSchema>;

/** Body of `POST /internal/probe`: a file on this machine, absolute. */
export const probeRequestSchema = z.object({
  file: z.string().min(1).max(4096),
});

/** Result: the video in the file. */
export const videoFactsSchema = z.object({
  /** As FFmpeg spells it: `h264`, `vp9`. */
  codec: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  /** Null if the file does not say. */
  durationMs: z.number().nullable(),
});
export type VideoFacts = z.infer<typeof videoFactsSchema>;
