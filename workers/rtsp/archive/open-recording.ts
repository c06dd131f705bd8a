/** What this worker needs to record. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { RecordingConfig } from '../config.ts';
import type { Archive } from './archive.ts';

/** Where segments go, and what looks after them here. */
export interface OpenRecording {
  folder: Pick<RecordingConfig, 'folder' | 'reserveBytes'>;
  ringBytes: number;
  /** Undefined where the gateway looks after the folder. */
  archive: Archive | undefined;
}

/** @returns undefined where nothing is recorded: pictures and video need no disk that can be written */
export async function openRecording(
  config: RecordingConfig | undefined,
  log: Logger,
): Promise<OpenRecording | undefined> {
  if (config === undefined) return undefined;
  const { folder, quotaBytes, ringBytes } = config;
  try {
    if (quotaBytes === undefined) return { folder: config, ringBytes, archive: undefined };
    // Most workers need no database.
    const { Archive } = await import('./archive.ts');
    return { folder: config, ringBytes, archive: Archive.open({ folder, quotaBytes, log }) };
  } catch (error) {
    log.error({ folder, reason: messageOf(error) }, 'nothing is recorded: the folder cannot be used');
    return undefined;
  }
}
