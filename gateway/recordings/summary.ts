/** What all cameras have recorded, here and at workers. */
import type { RecordingSummary } from '#shared/contract/recording.ts';
import type { RecordingIndex } from '#shared/recordings/recording-index.ts';
import type { SegmentTotals } from '#shared/recordings/segment-store.ts';
import type { Archives } from './archives.ts';
import type { SegmentRepository } from './segment-repository.ts';

export interface SummaryOptions {
  repository: Pick<SegmentRepository, 'totals'>;
  archives: Pick<Archives, 'totals'>;
  index: Pick<RecordingIndex, 'recorders' | 'recorder' | 'openBytes'>;
  quotaBytes: number;
}

/** Answer of `GET /api/recordings`. */
export interface RecordingsSummary {
  bytes: number;
  quotaBytes: number;
  cameras: RecordingSummary[];
}

/** Asks every worker that has recordings; cameras of those that are away carry the reason. */
export async function summarise(options: SummaryOptions): Promise<RecordingsSummary> {
  const { repository, archives, index, quotaBytes } = options;
  const [here, elsewhere] = await Promise.all([repository.totals(), archives.totals()]);
  const totals = new Map<string, SegmentTotals>();
  for (const total of [...here, ...elsewhere.totals])
    totals.set(total.cameraId, add(totals.get(total.cameraId), total));
  const recording = index.recorders.map(({ cameraId }) => cameraId);
  const ids = [...new Set([...totals.keys(), ...elsewhere.away.keys(), ...recording])].sort();
  const cameras = ids.map((cameraId): RecordingSummary => {
    const total = totals.get(cameraId);
    const recorder = index.recorder(cameraId);
    return {
      cameraId,
      from: total === undefined ? null : new Date(total.from).toISOString(),
      to: total === undefined ? null : new Date(total.to).toISOString(),
      bytes: total?.bytes ?? 0,
      segments: total?.segments ?? 0,
      state: recorder?.state ?? null,
      reason: recorder === undefined ? (elsewhere.away.get(cameraId) ?? null) : recorder.reason,
    };
  });
  const bytes = cameras.reduce((sum, camera) => sum + camera.bytes, index.openBytes);
  return { bytes, quotaBytes, cameras };
}

function add(sum: SegmentTotals | undefined, total: SegmentTotals): SegmentTotals {
  if (sum === undefined) return total;
  return {
    cameraId: total.cameraId,
    from: Math.min(sum.from, total.from),
    to: Math.max(sum.to, total.to),
    bytes: sum.bytes + total.bytes,
    segments: sum.segments + total.segments,
  };
}
