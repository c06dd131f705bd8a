/** The machine, or the part of it that its control group grants to this process. */
import { availableParallelism, totalmem } from 'node:os';
import { grantedMemory } from './control-group.ts';

export interface Machine {
  /** Usable CPU cores. */
  cores: number;
  /** Usable memory, bytes. */
  memoryBytes: number;
}

/** Reads cores and memory; a lower limit of the control group (cgroups(7)) counts. */
export function thisMachine(): Machine {
  const memoryBytes = Math.min(totalmem(), grantedMemory() ?? Number.POSITIVE_INFINITY);
  return { cores: availableParallelism(), memoryBytes };
}

const MIB = 1024 * 1024;
/** What an RTSP worker takes with FFmpeg loaded and nothing decoded. */
const BASE_BYTES = 128 * MIB;
/** The rest is for packets, recordings and clients that read slowly. */
const DECODER_SHARE = 3 / 4;
const LEAST_DECODER_BYTES = 48 * MIB;

/** Memory that all decoders of an RTSP worker may take. @param maxRssBytes above which the worker is replaced */
export function decoderBytes(maxRssBytes: number): number {
  return Math.max(LEAST_DECODER_BYTES, (maxRssBytes - BASE_BYTES) * DECODER_SHARE);
}
