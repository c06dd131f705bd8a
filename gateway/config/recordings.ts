/** Settings of recordings and of the clips of events. */
import { join, resolve } from 'node:path';
import { readQuota, readRing } from '#shared/archive-settings.ts';
import type { Machine } from '#shared/machine.ts';
import { type Environment, readInteger, readOptional, readText } from '#shared/settings.ts';

/** Where recordings are kept, and how much. */
export interface RecordingsConfig {
  /** Whether workers write to a folder that this gateway looks after; others look after their own. */
  isHere: boolean;
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
    /** As long as its event, milliseconds. */
    keepMs: number;
  };
}

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/** Reads the environment. @throws SettingsError */
export function loadRecordingsConfig(
  env: Environment,
  {
    dataDir,
    machine,
    hasOthers,
    eventDays,
  }: { dataDir: string; machine: Machine; hasOthers: boolean; eventDays: number },
): RecordingsConfig {
  return {
    // One that is named is shared by all of them.
    isHere: !hasOthers || readOptional(env, 'RECORDINGS_DIR') !== undefined,
    folder: resolve(readText(env, 'RECORDINGS_DIR', join(dataDir, 'recordings'))),
    quotaBytes: readQuota(env),
    ringBytes: readRing(env, machine),
    clip: {
      beforeMs: readInteger(env, 'CLIP_BEFORE_SECONDS', { fallback: 10, min: 0, max: 120 }) * SECOND_MS,
      afterMs: readInteger(env, 'CLIP_AFTER_SECONDS', { fallback: 20, min: 0, max: 120 }) * SECOND_MS,
      keepMs: eventDays * DAY_MS,
    },
  };
}
