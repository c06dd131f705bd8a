/** Makes the index equal to the files: after a crash, a lost database, or files that were removed by hand. */
import { messageOf } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { RecordingFolder } from './recording-folder.ts';
import type { RecordingIndex } from './recording-index.ts';
import type { SegmentStore } from './segment-store.ts';

export interface RepairOptions {
  folder: RecordingFolder;
  repository: Pick<SegmentStore, 'names' | 'save' | 'remove' | 'totals'>;
  index: Pick<RecordingIndex, 'isOpen'>;
  /** How long a recording of a camera stays, milliseconds. */
  keepMsOf: (cameraId: string) => number;
  log: Logger;
  /** A file that was written within this time may still be written, milliseconds. */
  restMs?: number;
}

const REST_MS = 5000;

/** Compares every camera once. @returns whether a file was too young to be looked at */
export async function repairIndex(options: RepairOptions, signal: AbortSignal): Promise<boolean> {
  const { folder, repository, log } = options;
  const indexed = (await repository.totals()).map(({ cameraId }) => cameraId);
  const cameraIds = new Set([...indexed, ...(await folder.cameraIds())]);
  const found = { added: 0, removed: 0 };
  let isUnfinished = false;
  for (const cameraId of cameraIds) {
    if (signal.aborted) return isUnfinished;
    isUnfinished = (await repairCamera(cameraId, options, found)) || isUnfinished;
  }
  if (found.added + found.removed > 0) log.info(found, 'the index of recordings was repaired from the files');
  return isUnfinished;
}

async function repairCamera(
  cameraId: string,
  { folder, repository, index, keepMsOf, log, restMs = REST_MS }: RepairOptions,
  found: { added: number; removed: number },
): Promise<boolean> {
  // Rows first: a segment that is closed meanwhile is then in the folder, and not missed there.
  const rows = new Set(await repository.names(cameraId));
  const files = await folder.names(cameraId);
  let isUnfinished = false;
  for (const file of files) {
    if (rows.delete(file) || index.isOpen(cameraId, file)) continue;
    const writtenAt = await folder.writtenAt({ cameraId, file });
    if (writtenAt === undefined) continue;
    if (Math.abs(Date.now() - writtenAt) < restMs) {
      isUnfinished = true;
      continue;
    }
    try {
      const segment = await folder.recover({ cameraId, file });
      if (segment === undefined) continue;
      await repository.save(segment, segment.endedAt + keepMsOf(cameraId));
      found.added += 1;
    } catch (error) {
      log.warn({ cameraId, file, reason: messageOf(error) }, 'a segment could not be read');
    }
  }
  const lost = [];
  for (const file of rows) if ((await folder.writtenAt({ cameraId, file })) === undefined) lost.push(file);
  await repository.remove(cameraId, lost);
  found.removed += lost.length;
  return isUnfinished;
}
