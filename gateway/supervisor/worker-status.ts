/** What the rest of the gateway sees of a worker. */
import type { WorkerState } from './state-machine.ts';

/** How a process ended. */
export interface WorkerExit {
  code: number | null;
  signal: string | null;
  /** Why it could not even be started. */
  spawnError?: string;
}

/** What `/health` tells of a slot. */
export interface WorkerStatus {
  name: string;
  state: WorkerState;
  isRequired: boolean;
  port: number | undefined;
  pid: number | undefined;
  /** Counts the spawns. */
  epoch: number;
  /** Spawns after the first, those apart that only moved to another port. */
  restarts: number;
  /** Orderly replacements among them. */
  recycles: number;
  /** When the state was entered, ISO 8601. */
  since: string;
  flapping: boolean;
  lastExit?: { code: number | null; signal: string | null; at: string };
  /** Milliseconds to the next attempt while none runs. */
  retryAfterMs?: number;
  /** Resident set size at the last probe, bytes. */
  rss?: number;
  /** Share of one processor core used between the last two probes: 0.5 is half of one, 2 is two. */
  cpu?: number;
}
