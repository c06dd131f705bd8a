/** What the supervisor is told about a worker, with the times it keeps by default. */

/** Inclusive bounds of the ports a worker may bind; `first: 0` lets the system choose one. */
export interface PortRange {
  first: number;
  last: number;
}

/** Every time the supervisor keeps, in milliseconds, so that tests can scale them. */
export interface WorkerTimings {
  /** Spawn to ready; a worker may ask for more over IPC. */
  startDeadlineMs: number;
  /** Most that a worker can add to its start deadline. */
  extendLimitMs: number;
  readyPollMs: number;
  readyTimeoutMs: number;
  livenessIntervalMs: number;
  livenessTimeoutMs: number;
  /** Next probe after one that failed or raised suspicion. */
  livenessRetryMs: number;
  /** Our own loop being later than this makes a failed probe worthless. */
  lateLimitMs: number;
  /** SIGTERM to SIGKILL. */
  stopGraceMs: number;
  /** The same for a worker that no longer answers. */
  hungStopGraceMs: number;
  /** SIGKILL to giving the process up as lost. */
  killWaitMs: number;
  backoffFirstMs: number;
  backoffBaseMs: number;
  backoffCapMs: number;
  /** Ready for this long without a break forgets earlier failures. */
  stableAfterMs: number;
  /** Too many failures within this time: failed. */
  intensityWindowMs: number;
  /** Waits between single tries while failed; the last one repeats. */
  halfOpenMs: readonly number[];
  flappingWindowMs: number;
  /** A leaking worker is recycled at most this often. */
  recycleEveryMs: number;
}

/** The numbers of the reliability notes, sections 2.3 to 2.5. */
export const DEFAULT_TIMINGS: Readonly<WorkerTimings> = Object.freeze({
  startDeadlineMs: 30_000,
  extendLimitMs: 300_000,
  readyPollMs: 250,
  readyTimeoutMs: 1000,
  livenessIntervalMs: 5000,
  livenessTimeoutMs: 2000,
  livenessRetryMs: 1000,
  lateLimitMs: 1000,
  stopGraceMs: 5000,
  hungStopGraceMs: 2000,
  killWaitMs: 5000,
  backoffFirstMs: 250,
  backoffBaseMs: 1000,
  backoffCapMs: 30_000,
  stableAfterMs: 60_000,
  intensityWindowMs: 300_000,
  halfOpenMs: [60_000, 120_000, 300_000],
  flappingWindowMs: 1_800_000,
  recycleEveryMs: 600_000,
});

/** Resident memory above which a worker is recycled, unless its spec says otherwise: 1 GiB. */
export const DEFAULT_MAX_RSS_BYTES = 1024 ** 3;

/** One worker role: the supervisor keeps exactly one process of it. */
export interface WorkerSpec {
  /** Name of the slot, unique in the pool: `rtsp-0`. Also names its run file. */
  name: string;
  /** The `.ts` file that node runs. */
  entry: URL;
  ports: PortRange;
  /** Variables on top of those every worker gets; `UV_THREADPOOL_SIZE` belongs here. */
  env?: Readonly<Record<string, string>>;
  /** Whether the gateway counts as ready only with this worker. */
  required: boolean;
  /** Bytes; {@link DEFAULT_MAX_RSS_BYTES} when absent. */
  maxRssBytes?: number;
  /** What differs from {@link DEFAULT_TIMINGS}. */
  timings?: Partial<WorkerTimings>;
}

/** The times a spec asks for, complete. */
export function timingsOf(spec: WorkerSpec): WorkerTimings {
  return { ...DEFAULT_TIMINGS, ...spec.timings };
}
