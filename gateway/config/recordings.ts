/** Settings of recordings and of the clips of events. */
import { join, resolve } from 'node:path';
import type { Machine } from '#shared/machine.ts';
import { type Environment, readInteger, readOptional, readText } from '#shared/settings.ts';

/** Where recordings are kept, and how much. */
export interface RecordingsConfig {
  /** False where workers elsewhere would write to folders that this gateway does not read. */
  isOn: boolean;
  /** Absolute path. */
  folder: string;
  /** Disk space of all recordings and clips, bytes; the oldest are removed for new ones. */
  quotaBytes: number;
  /** Memory for the newest seconds of all cameras, bytes. */
  ringBytes: number;
  clip: {
    /** From before an event starts until after it ends, milliseconds. */
    beforeMs: number;
    afterMs: number;
  };
}

const MIB = 1024 * 1024;
/** Share of the memory for what is kept there. */
const RING_SHARE = 16;
const RING_MIB = { min: 32, max: 512 };
const SECOND_MS = 1000;

/** Reads the environment. @throws SettingsError */
export function loadRecordingsConfig(
  env: Environment,
  { dataDir, machine, hasOthers }: { dataDir: string; machine: Machine; hasOthers: boolean },
): RecordingsConfig {
  const share = Math.floor(machine.memoryBytes / RING_SHARE / MIB);
  const ringMib = Math.min(RING_MIB.max, Math.max(RING_MIB.min, share));
  return {
    // One that is named is shared by all of them.
    isOn: !hasOthers || readOptional(env, 'RECORDINGS_DIR') !== undefined,
    folder: resolve(readText(env, 'RECORDINGS_DIR', join(dataDir, 'recordings'))),
    quotaBytes:
      readInteger(env, 'RECORDINGS_QUOTA_MB', { fallback: 20_480, min: 1, max: 1_073_741_824 }) * MIB,
    ringBytes: readInteger(env, 'RECORDINGS_MEMORY_MB', { fallback: ringMib, min: 1, max: 65_536 }) * MIB,
    clip: {
      beforeMs: readInteger(env, 'CLIP_BEFORE_SECONDS', { fallback: 10, min: 0, max: 120 }) * SECOND_MS,
      afterMs: readInteger(env, 'CLIP_AFTER_SECONDS', { fallback: 20, min: 0, max: 120 }) * SECOND_MS,
    },
  };
}
