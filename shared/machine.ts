/** The machine, or the part of it that its control group grants to this process. */
import { availableParallelism, totalmem } from 'node:os';

export interface Machine {
  /** Usable CPU cores. */
  cores: number;
  /** Usable memory, bytes. */
  memoryBytes: number;
}

/** Reads cores and memory; a lower limit of the control group (cgroups(7)) counts. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return { cores: availableParallelism(), memoryBytes: limit > 0 ? Math.min(limit, total) : total };
}
