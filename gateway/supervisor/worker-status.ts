/** What the rest of the gateway sees of a worker. */
import type { WorkerState } from './state-machine.ts';

/** How a process ended. */
export interface WorkerExit {
  code: number | null;
  signal: string | null;
}

/** A worker as `/health` reports it. */
export interface WorkerStatus {
  name: string;
  state: WorkerState;
  port: number | undefined;
  pid: number | undefined;
  /** Counts the processes this slot has had. */
  epoch: number;
  /** Processes after the first, planned recycling apart. */
  restarts: number;
  /** Processes replaced because they leaked. */
  recycles: number;
  /** ISO 8601; when it entered its state. */
  since: string;
  /** Restarted again and again without ever failing for good. */
  flapping: boolean;
  required: boolean;
  lastExit?: WorkerExit & { at: string };
  /** Milliseconds until it is worth asking again; absent while ready. */
  retryAfterMs?: number;
  /** Resident bytes at the last probe. */
  rss?: number;
}

/** How to reach a ready worker. */
export interface WorkerAddress {
  name: string;
  /** `http://127.0.0.1:8082` */
  origin: string;
  /** Secret for the worker token header. */
  token: string;
  epoch: number;
  /** Further ports the worker announced, by name. */
  details: Readonly<Record<string, number>>;
}
