/** Builds recordings: orders to workers, the index and its repair, retention, clips of events, routes. */
import type { RecordingSummary } from '#shared/contract/recording.ts';
import { NO_RECORDING } from '#shared/contract/recording.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { DesiredRecording } from '#shared/recording-link.ts';
import { parseSegmentName } from '#shared/segment-name.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { EventState } from '../events/event.ts';
import type { RouteGroup } from '../http/route.ts';
import { PeriodicJob } from '../jobs/periodic-job.ts';
import { SteadyClock } from '../jobs/steady-clock.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { type CameraPlan, DEFAULT_HOURS, planOf } from './camera-plan.ts';
import { Clips } from './clips.ts';
import { Movies } from './movies.ts';
import { RecorderLinks, type RecorderLinksOptions } from './recorder-links.ts';
import { RecordingFolder } from './recording-folder.ts';
import { RecordingIndex } from './recording-index.ts';
import { repairIndex } from './repair.ts';
import { removeOld, removeSegments } from './retention.ts';
import { recordingRoutes } from './routes.ts';
import { SegmentRepository } from './segment-repository.ts';

export interface RecordingsOptions {
  store: Store;
  directory: Pick<CameraDirectory, 'wanted' | 'find' | 'onChange'>;
  routing: Pick<CameraRouting, 'workers' | 'nameOf' | 'onWorkers' | 'onPlacement' | 'findOwner'>;
  pool: RecorderLinksOptions['pool'];
  /** False: nothing is recorded, and nothing is looked after. */
  isOn: boolean;
  /** Absolute path. */
  folder: string;
  quotaBytes: number;
  clip: { beforeMs: number; afterMs: number };
  log: Logger;
}

/** Recordings of one gateway. */
export interface Recordings {
  routes: RouteGroup;
  /** An event was stored. */
  onEvent(event: EventState): void;
  /** Codes for `GET /health`. */
  reasons(): string[];
  /** For `GET /health`. */
  health(): object;
  start(): void;
  /** Call before the store is closed. */
  close(): Promise<void>;
}

const RETENTION_EVERY_MS = 15_000;
const REPAIR_EVERY_MS = 10 * 60_000;
/** A file that may still be written is looked at again after this, milliseconds. */
const REPAIR_AGAIN_MS = 6000;
/** A clip may be looked for while its last segment is being closed, milliseconds. */
const CLIP_REST_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;

/** Builds recordings; nothing runs before `start`. */
export function createRecordings(options: RecordingsOptions): Recordings {
  const { store, directory, routing, pool, quotaBytes, clip, log } = options;
  const repository = new SegmentRepository(store);
  const folder = new RecordingFolder(options.folder);
  const plans = (): CameraPlan[] =>
    options.isOn ? directory.wanted().flatMap((camera) => planOf(camera, clip.beforeMs) ?? []) : [];
  const planById = (id: string): CameraPlan | undefined => {
    const camera = directory.find(id);
    return camera === undefined || !options.isOn ? undefined : planOf(camera, clip.beforeMs);
  };
  // The settings of a camera that is gone are not known any more.
  const keepMsOf = (id: string): number =>
    directory.find(id) === undefined ? DEFAULT_HOURS * HOUR_MS : (planById(id)?.keepMs ?? 0);
  const index = new RecordingIndex({
    repository,
    keepMsOf,
    discard: (segment) => folder.remove(segment),
    log,
  });
  const movies = new Movies({ index, folder });
  const clips = new Clips({ routing, repository, planOf: planById, isWhole: isWhole(directory), clip, log });
  const repair = new PeriodicJob({
    run: async (signal) => {
      if (await repairIndex({ folder, repository, index, keepMsOf, log }, signal))
        repair.runNow(REPAIR_AGAIN_MS);
      await repository.dropEmptyClips(Date.now() - CLIP_REST_MS);
    },
    onError: (error) =>
      log.warn({ reason: messageOf(error) }, 'the index of recordings could not be repaired'),
    everyMs: REPAIR_EVERY_MS,
    retryMs: REPAIR_AGAIN_MS,
  });
  const steady = new SteadyClock();
  const retention = new PeriodicJob({
    run: async (signal) => {
      const openBytes = (): number => index.openBytes;
      await removeOld({ folder, repository, quotaBytes, openBytes }, steady.now(), signal);
    },
    onError: (error) => log.warn({ reason: messageOf(error) }, 'old recordings could not be removed'),
    everyMs: RETENTION_EVERY_MS,
  });
  const links = new RecorderLinks({
    ...{ pool, routing, log },
    desired: () => plans().map(toDesired),
    onMessage: (worker, message) => index.take(worker, message),
    onDown: (worker) => {
      index.dropWorker(worker);
      repair.runNow(REPAIR_AGAIN_MS);
    },
  });
  const keeps = new Map<string, number>();
  const onCameras = (ids: readonly string[]): void => {
    links.update();
    index.retainRecorders(new Set(plans().map(({ cameraId }) => cameraId)));
    for (const id of ids) void updateKeep(id, { keeps, planById, repository, log });
  };
  const ends: (() => void)[] = [];
  return {
    routes: recordingRoutes({
      ...{ index, folder, movies, repository },
      expectKnown: async (id) => {
        if (directory.find(id) === undefined && !(await repository.has(id)))
          throw new AppError('camera-not-found', `No camera ${id}, and no recording of one`);
      },
      summary: () => summarise({ repository, index, quotaBytes }),
      remove: (id, from, to) => removeRange(id, { from, to }, { repository, index, folder }),
    }),
    onEvent: (event) => clips.take(event),
    reasons: () => (index.recorders.some(({ state }) => state === 'paused') ? ['recording_paused'] : []),
    health: () => ({
      ...(options.isOn
        ? {}
        : { state: 'off', reason: 'RECORDINGS_DIR is not set: workers elsewhere need it' }),
      cameras: index.recorders.length,
      recording: index.recorders.filter(({ state }) => state === 'recording').length,
      paused: index.recorders.filter(({ state }) => state === 'paused'),
      quotaBytes,
    }),
    start: () => {
      if (!options.isOn) return;
      ends.push(directory.onChange(onCameras));
      links.start();
      // Before that nothing is indexed.
      startWhenReady(store, () => {
        repair.start();
        retention.start();
      });
    },
    close: async () => {
      for (const end of ends.splice(0)) end();
      await Promise.all([links.close(), repair.close(), retention.close(), clips.settled()]);
      await index.settled();
    },
  };
}

function toDesired({ cameraId, isContinuous, ringSeconds }: CameraPlan): DesiredRecording {
  return { cameraId, isContinuous, ringSeconds };
}

/** With `events` and `motion` an event is recorded from its begin to its end. */
function isWhole(directory: Pick<CameraDirectory, 'find'>): (event: EventState) => boolean {
  return ({ cameraId, kind }) => {
    const { record } = directory.find(cameraId)?.recording ?? NO_RECORDING;
    return record === 'events' || (record === 'motion' && kind === 'motion');
  };
}

/** What is recorded already stays as long as the settings say now. */
async function updateKeep(
  id: string,
  {
    keeps,
    planById,
    repository,
    log,
  }: {
    keeps: Map<string, number>;
    planById: (id: string) => CameraPlan | undefined;
    repository: Pick<SegmentRepository, 'keepFor'>;
    log: Logger;
  },
): Promise<void> {
  const keepMs = planById(id)?.keepMs ?? 0;
  const before = keeps.get(id);
  if (keepMs === 0 || before === keepMs) return;
  keeps.set(id, keepMs);
  await repository
    .keepFor(id, keepMs)
    .catch((error: unknown) =>
      log.warn({ cameraId: id, reason: messageOf(error) }, 'could not change how long it is kept'),
    );
}

async function summarise({
  repository,
  index,
  quotaBytes,
}: {
  repository: Pick<SegmentRepository, 'totals'>;
  index: RecordingIndex;
  quotaBytes: number;
}) {
  const totals = new Map((await repository.totals()).map((total) => [total.cameraId, total]));
  const ids = [...new Set([...totals.keys(), ...index.recorders.map(({ cameraId }) => cameraId)])].sort();
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
      reason: recorder?.reason ?? null,
    };
  });
  const bytes = cameras.reduce((sum, camera) => sum + camera.bytes, index.openBytes);
  return { bytes, quotaBytes, cameras };
}

async function removeRange(
  cameraId: string,
  { from, to }: { from: number; to: number },
  parts: { repository: SegmentRepository; index: RecordingIndex; folder: RecordingFolder },
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
