/** What this worker needs to record. */
import { messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { RecordingConfig } from '../config.ts';
import { Archive } from './archive.ts';

/** Where segments go, and what looks after them here. */
export interface OpenRecording {
  folder: Pick<RecordingConfig, 'folder' | 'reserveBytes'>;
  ringBytes: number;
  /** Undefined where the gateway looks after the folder. */
  archive: Archive | undefined;
}

/** @returns undefined where nothing is recorded: pictures and video need no disk that can be written */
export function openRecording(config: RecordingConfig | undefined, log: Logger): OpenRecording | undefined {
  if (config === undefined) return undefined;
  const { folder, quotaBytes, ringBytes } = config;
  try {
    const archive = quotaBytes === undefined ? undefined : Archive.open({ folder, quotaBytes, log });
    return { folder: config, ringBytes, archive };
  } catch (error) {
    log.error({ folder, reason: messageOf(error) }, 'nothing is recorded: the folder cannot be used');
    return undefined;
  }
}
