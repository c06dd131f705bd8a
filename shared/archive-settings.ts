/** Settings of recordings that gateways, agents and workers of a platform read alike. */
import { resolve } from 'node:path';
import type { Machine } from './machine.ts';
import { type Environment, readInteger, readOptional } from './settings.ts';

/** What recordings may take of a disk, bytes, and where they are. */
export interface ArchiveSettings {
  /** Absolute path of RECORDINGS_DIR; undefined where it is not set. */
  folder: string | undefined;
  /** Of all recordings and clips; the oldest are removed for new ones. */
  quotaBytes: number;
  /** Stays free. */
  reserveBytes: number;
}

const MIB = 1024 * 1024;
/** Share of the memory for what is kept there. */
const RING_SHARE = 16;
const RING_MIB = { min: 32, max: 512 };

/** Reads RECORDINGS_DIR, RECORDINGS_QUOTA_MB and DISK_RESERVE_MB. @throws SettingsError */
export function readArchiveSettings(env: Environment): ArchiveSettings {
  const folder = readOptional(env, 'RECORDINGS_DIR');
  return {
    folder: folder === undefined ? undefined : resolve(folder),
    quotaBytes: readQuota(env),
    reserveBytes: readReserve(env),
  };
}

/** Reads RECORDINGS_QUOTA_MB. @returns bytes @throws SettingsError */
export function readQuota(env: Environment): number {
  return readInteger(env, 'RECORDINGS_QUOTA_MB', { fallback: 20_480, min: 1, max: 1_073_741_824 }) * MIB;
}

/** Reads DISK_RESERVE_MB. @returns bytes @throws SettingsError */
export function readReserve(env: Environment): number {
  return readInteger(env, 'DISK_RESERVE_MB', { fallback: 1024, min: 0, max: 1_048_576 }) * MIB;
}

/** Reads RECORDINGS_MEMORY_MB: memory for the newest seconds of all cameras. @returns bytes @throws SettingsError */
export function readRing(env: Environment, { memoryBytes }: Pick<Machine, 'memoryBytes'>): number {
  const share = Math.floor(memoryBytes / RING_SHARE / MIB);
  const fallback = Math.min(RING_MIB.max, Math.max(RING_MIB.min, share));
  return readInteger(env, 'RECORDINGS_MEMORY_MB', { fallback, min: 1, max: 65_536 }) * MIB;
}
