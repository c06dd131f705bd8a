/** Builds the live state for the dashboard. */
import type { Logger } from '#shared/logger.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { type StatusSources, statusReader } from './read-status.ts';
import { StatusStream } from './status-stream.ts';

export interface StatusOptions extends StatusSources {
  directory: CameraDirectory;
  pool: StatusSources['pool'] & {
    onReady(listener: (worker: WorkerAddress) => void): () => void;
    onDown(listener: (name: string) => void): () => void;
  };
  log: Logger;
}

/** The stream reads anew when cameras or workers change. */
export function createStatusStream({ log, ...sources }: StatusOptions): StatusStream {
  const { directory, pool } = sources;
  return new StatusStream({
    read: statusReader(sources),
    onChange: (listener) => {
      const ends = [directory.onChange(listener), pool.onReady(listener), pool.onDown(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    log,
  });
}
