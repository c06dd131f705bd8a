/** The public view of a worker. */
import type { Labels } from '#shared/worker-labels.ts';
import type { Livez } from '#shared/worker-protocol.ts';
import type { WorkerState } from './state-machine.ts';

/** Who keeps a worker: the gateway itself, a platform, or an agent that dials out. */
export type WorkerKind = 'child' | 'remote' | 'agent';

/** Why a process ended: by itself (`exit`), or because the slot ended it. */
export type EndReason = 'exit' | 'stop' | 'restart' | 'start-timeout' | 'liveness' | 'recycle' | 'memory';

/** How a process ended. */
export interface WorkerExit {
  code: number | null;
  signal: string | null;
  /** Why the spawn failed. */
  spawnError?: string;
}

/** One worker in `/health`. */
export interface WorkerStatus {
  name: string;
  kind: WorkerKind;
  state: WorkerState;
  isRequired: boolean;
  port: number | undefined;
  pid: number | undefined;
  /** Number of spawns. */
  epoch: number;
  /** Spawns after the first, without those that only moved to another port. */
  restarts: number;
  /** Graceful replacements among them. */
  recycles: number;
  /** When the state was entered, ISO 8601. */
  since: string;
  flapping: boolean;
  lastExit?: { code: number | null; signal: string | null; at: string };
  /** Milliseconds until the next attempt. */
  retryAfterMs?: number;
  /** Resident set size at the last probe, bytes. */
  rss?: number;
  /** Absent: none. */
  labels?: Labels;
  /** What decodes pictures. */
  decoder?: NonNullable<Livez['decoder']>;
  /** Cameras of which clients get fewer or lesser pictures than they asked for. */
  slowed?: NonNullable<Livez['slowed']>;
  /** Share of one core used between the last two probes: 0.5 is half of one, 2 is two. */
  cpu?: number;
}
