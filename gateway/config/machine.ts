/** Defaults that depend on the machine or its control group. */
import type { Machine } from '#shared/machine.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/** With fewer cores a second RTSP worker, which costs 50 MB, gains nothing. */
const CORES_FOR_TWO = 4;
const BYTES_FOR_TWO = 2 * GIB;
/** Memory of the gateway and the other workers. */
const OTHERS_BYTES = 192 * MIB;
const LEAST_RSS_BYTES = 192 * MIB;
const MOST_RSS_BYTES = 2 * GIB;
/** The analysis worker, with its models, beside the simulator and everything else. */
const BYTES_FOR_ANALYSED_DEMO = 1 * GIB;

/** Number of RTSP workers: two if the machine has the resources, so that one stays when the other fails. */
export function defaultRtspWorkers({ cores, memoryBytes }: Machine): number {
  return cores >= CORES_FOR_TWO && memoryBytes >= BYTES_FOR_TWO ? 2 : 1;
}

/** Resident memory above which a worker is replaced, bytes: before the kernel would kill it. */
export function defaultMaxRssBytes(machine: Machine): number {
  const share = (machine.memoryBytes - OTHERS_BYTES) / defaultRtspWorkers(machine);
  return Math.min(MOST_RSS_BYTES, Math.max(LEAST_RSS_BYTES, share));
}

/** Whether the demo looks for motion and persons: with less memory the kernel would end it. */
export function hasAnalysedDemo({ memoryBytes }: Machine): boolean {
  return memoryBytes >= BYTES_FOR_ANALYSED_DEMO;
}
