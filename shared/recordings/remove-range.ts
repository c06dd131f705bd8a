/** Removes what is recorded of a time. */
import { parseSegmentName } from '../segment-name.ts';
import type { RecordingFolder } from './recording-folder.ts';
import type { RecordingIndex } from './recording-index.ts';
import { removeSegments } from './retention.ts';
import type { SegmentStore } from './segment-store.ts';

/** A time of one camera, Unix milliseconds. */
export interface CameraRange {
  cameraId: string;
  from: number;
  to: number;
}

/** Removes every file that overlaps a time; one that is being written goes when it is closed. */
export async function removeRange(
  { cameraId, from, to }: CameraRange,
  parts: {
    repository: Pick<SegmentStore, 'list' | 'remove'>;
    index: Pick<RecordingIndex, 'openSegments' | 'discard' | 'isOpen'>;
    folder: RecordingFolder;
  },
): Promise<{ segments: number; bytes: number }> {
  const { repository, index, folder } = parts;
  for (const segment of index.openSegments(cameraId, from, to)) index.discard(segment);
  const found = await repository.list(cameraId, from, to, Number.MAX_SAFE_INTEGER);
  const keys = found.map(({ file, bytes }) => ({ cameraId, file, bytes }));
  await removeSegments(keys, parts);
  // What a crash left behind may not be indexed yet.
  for (const file of await folder.names(cameraId)) {
    const startedAt = parseSegmentName(file)?.startedAt ?? 0;
    if (startedAt >= from && startedAt < to && !index.isOpen(cameraId, file))
      await folder.remove({ cameraId, file });
  }
  return { segments: keys.length, bytes: keys.reduce((sum, { bytes }) => sum + bytes, 0) };
}
