/** Health of the gateway and of its worker processes. */
import { z } from 'zod';
import { decoderChoiceSchema } from '../decoder-settings.ts';
import { idInPath, timeSchema } from './common.ts';
import { slowedSchema } from './status.ts';

const statusSchema = z.enum(['ok', 'degraded', 'draining']);

/** Who keeps a worker: the gateway itself, a platform, or an agent that dials out. */
const workerKindSchema = z.enum(['child', 'remote', 'agent']);

/** A worker process as clients see it. */
const workerStatusSchema = z
  .object({
    name: z.string(),
    kind: workerKindSchema.meta({
      description: 'Kept by the gateway, by a platform, or by an agent that dials out.',
    }),
    state: z.string().meta({ description: '`ready`, `starting`, `backoff` and others.' }),
    isRequired: z.boolean(),
    port: z.int().optional(),
    pid: z.int().optional(),
    epoch: z.int().meta({ description: 'Counts the starts.' }),
    restarts: z.int().meta({ description: 'Starts after the first.' }),
    recycles: z.int().meta({ description: 'Orderly replacements among them.' }),
    since: timeSchema.meta({ description: 'When it entered its state.' }),
    flapping: z.boolean().meta({ description: 'It dies again and again.' }),
    lastExit: z
      .object({ code: z.int().nullable(), signal: z.string().nullable(), at: timeSchema })
      .optional()
      .meta({ description: 'How its last process ended.' }),
    rss: z.number().optional().meta({ description: 'Resident memory, bytes.' }),
    cpu: z.number().optional().meta({ description: 'Share of one processor core.' }),
    decoder: decoderChoiceSchema.optional().meta({ description: 'What decodes its pictures.' }),
    slowed: z
      .array(slowedSchema.extend({ cameraId: z.string() }).meta({ id: 'SlowedCamera' }))
      .optional()
      .meta({
        description: 'Its cameras of which clients get fewer or lesser pictures than they asked for.',
      }),
    labels: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'Cameras that ask for some of them may run here; absent: none.' }),
    retryAfterMs: z.number().optional().meta({ description: 'To the next attempt while none runs.' }),
  })
  .meta({ id: 'WorkerStatus' });

export const workerNameInPath = idInPath('Name of the worker, as in `GET /health`.', 'rtsp-0');

/** Answer of `POST /api/workers/:workerName/restart`. */
export const restartedWorkerSchema = z
  .object({
    success: z.literal(true),
    worker: workerStatusSchema.meta({ description: 'As it was before it was told to end.' }),
  })
  .meta({ id: 'RestartedWorker' });
export type RestartedWorker = z.infer<typeof restartedWorkerSchema>;

const logEntrySchema = z
  .object({
    at: timeSchema,
    level: z.enum(['warning', 'error']),
    process: z.string().meta({ description: '`gateway`, or the name of a worker.' }),
    message: z.string(),
    cameraId: z.string().optional(),
  })
  .meta({ id: 'LogEntry' });
export type LogEntry = z.infer<typeof logEntrySchema>;

/** Answer of `GET /api/logs`. */
export const logsSchema = z
  .object({ entries: z.array(logEntrySchema).meta({ description: 'Newest first, at most 200.' }) })
  .meta({ id: 'Logs' });
export type Logs = z.infer<typeof logsSchema>;

/** Answer of `GET /api/cameras/status`. */
export const rtspServiceSchema = z
  .object({
    running: z.boolean(),
    port: z.int().nullable().meta({ description: 'Of the first worker that runs.' }),
    baseUrl: z.string().nullable().meta({ description: 'On the machine of the gateway.' }),
    ready: z.int().meta({ description: 'Workers that are ready.' }),
    total: z.int(),
    workers: z.array(workerStatusSchema),
  })
  .meta({ id: 'RtspService', description: 'The processes that run cameras, as one service.' });
export type RtspService = z.infer<typeof rtspServiceSchema>;

const status = statusSchema.meta({ description: '`degraded` while a worker or the database is down.' });

const healthSchema = z
  .looseObject({
    status,
    services: z.looseObject({ express: z.string(), rtsp: rtspServiceSchema }),
    slowViewers: z
      .array(
        z
          .object({ cameraId: z.string(), viewers: z.int(), reason: z.literal('network') })
          .meta({ id: 'SlowViewers' }),
      )
      .optional()
      .meta({ description: 'Clients of `/ws` that skipped frames within 10 s: they take them too slowly.' }),
    uptime: z.number().meta({ description: 'Seconds.' }),
    timestamp: timeSchema,
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof healthSchema>;

/** Answer of `GET /health`: callers who are not signed in are told the status alone. */
export const healthAnswerSchema = z
  .union([healthSchema, z.object({ status }).meta({ id: 'PublicHealth' })])
  .meta({ id: 'HealthAnswer' });

/** Answer of `GET /livez`. */
export const livenessSchema = z.object({ status: z.literal('alive') }).meta({ id: 'Liveness' });

/** Answer of `GET /readyz`. */
export const readinessSchema = z
  .object({ status: z.enum(['ready', ...statusSchema.options]) })
  .meta({ id: 'Readiness' });

/** Answer of `GET /` to programs. */
export const indexSchema = z
  .object({ name: z.string(), cameras: z.string(), frames: z.string(), health: z.string() })
  .meta({ id: 'GatewayIndex', description: 'Where programs go on.' });

/** Answer of `GET /openapi.json`. */
export const apiDescriptionSchema = z
  .looseObject({ openapi: z.literal('3.1.0') })
  .meta({ id: 'ApiDescription' });

/** Answer of `GET /docs/grafana-dashboard.json`. */
export const grafanaDashboardSchema = z
  .looseObject({ title: z.string(), panels: z.array(z.unknown()) })
  .meta({ id: 'GrafanaDashboard' });
