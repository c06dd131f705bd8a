/** The specification of one slot. */

/** Time limits of one slot in milliseconds (docs/operations.md, Supervision). */
export interface SlotTimings {
  /** From spawn to ready; a worker may ask for more. */
  startMs: number;
  /** Most that a worker may add in total. */
  maxExtendMs: number;
  readyPollMs: number;
  readyTimeoutMs: number;
  livenessMs: number;
  livenessTimeoutMs: number;
  /** Delay after a failed or suspicious probe. */
  livenessRetryMs: number;
  livenessFailures: number;
  /** From SIGTERM to SIGKILL. */
  stopMs: number;
  /** From SIGTERM to SIGKILL for a worker that hangs. */
  hungStopMs: number;
  /** From SIGKILL to the state `lost`. */
  lostMs: number;
  /** Delay of the gateway's own loop that makes a failed probe meaningless. */
  lateMs: number;
  recycleEveryMs: number;
}

export const SLOT_TIMINGS: SlotTimings = {
  startMs: 30_000,
  maxExtendMs: 300_000,
  readyPollMs: 250,
  readyTimeoutMs: 1000,
  livenessMs: 5000,
  livenessTimeoutMs: 2000,
  livenessRetryMs: 1000,
  livenessFailures: 3,
  stopMs: 5000,
  hungStopMs: 2000,
  lostMs: 5000,
  lateMs: 1000,
  recycleEveryMs: 600_000,
};

/** First HTTP port to try, and the last one; `first: 0` lets the system choose. */
export interface PortRange {
  first: number;
  last: number;
}

/** One worker to keep running. */
export interface WorkerSpec {
  /** Unique; tags its log lines and names its run file: `rtsp-0`. */
  name: string;
  /** Its `main` file. */
  entry: URL;
  ports: PortRange;
  /** Settings for this worker, beside the allow-listed environment. */
  env: Record<string, string>;
  /** Options of `node`, before the entry. */
  nodeFlags: readonly string[];
  /** Whether the product is degraded, and not ready, without it. */
  isRequired: boolean;
  /** Started only when it is needed, by {@link WorkerPool.startWorker}. */
  isOnDemand?: boolean;
  /** Resident memory above which it is replaced gracefully, bytes. */
  maxRssBytes: number;
  timings: SlotTimings;
  restart: RestartTimings;
}

/** When an exited worker is restarted (docs/operations.md, Supervision). */
export interface RestartTimings {
  firstMs: number;
  secondMs: number;
  maxMs: number;
  /** Time ready after which earlier failures are forgotten. */
  resetAfterMs: number;
  /** Failures within the window that make a crash loop. */
  intensity: number;
  windowMs: number;
  /** Delays between single attempts of a failed slot; the last one repeats. */
  halfOpenMs: readonly number[];
}

export const RESTART_TIMINGS: RestartTimings = {
  firstMs: 250,
  secondMs: 1000,
  maxMs: 30_000,
  resetAfterMs: 60_000,
  intensity: 8,
  windowMs: 300_000,
  halfOpenMs: [60_000, 120_000, 300_000],
};
