/** Removes what is over its time, and the oldest where there is more than the quota. */
import type { RecordingFolder } from './recording-folder.ts';
import type { SegmentKey, SegmentStore } from './segment-store.ts';

export interface RetentionOptions {
  folder: RecordingFolder;
  repository: Pick<SegmentStore, 'expired' | 'oldest' | 'remove' | 'totals'>;
  quotaBytes: number;
  /** Bytes of what is being written. */
  openBytes: () => number;
}

const BATCH = 200;
/** A clip is known before its segments are closed; its event may still have to be stored, milliseconds. */
const GRACE_MS = 120_000;

/** One run. @param now Unix milliseconds of a clock that does not jump @returns how many segments were removed */
export async function removeOld(
  { folder, repository, quotaBytes, openBytes }: RetentionOptions,
  now: number,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const expired = await repository.expired(now - GRACE_MS, BATCH);
    await removeSegments(expired, { folder, repository });
    removed += expired.length;
    if (expired.length < BATCH || signal.aborted) break;
  }
  const totals = await repository.totals();
  let excess = totals.reduce((sum, { bytes }) => sum + bytes, openBytes()) - quotaBytes;
  while (excess > 0 && !signal.aborted) {
    const oldest = await repository.oldest(BATCH);
    if (oldest.length === 0) break;
    const needless: SegmentKey[] = [];
    for (const segment of oldest) {
      if (excess <= 0) break;
      needless.push(segment);
      excess -= segment.bytes;
    }
    await removeSegments(needless, { folder, repository });
    removed += needless.length;
  }
  return removed;
}

/** Removes files, then their rows: a row without a file is found and removed later. */
export async function removeSegments(
  segments: readonly SegmentKey[],
  { folder, repository }: { folder: RecordingFolder; repository: Pick<SegmentStore, 'remove'> },
): Promise<void> {
  const byCamera = Map.groupBy(segments, ({ cameraId }) => cameraId);
  for (const [cameraId, own] of byCamera) {
    for (const segment of own) await folder.remove(segment);
    await repository.remove(
      cameraId,
      own.map(({ file }) => file),
    );
  }
}
