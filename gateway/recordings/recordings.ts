/** Builds recordings: orders to workers, the index and its repair, retention, clips of events, routes. */
import { NO_RECORDING } from '#shared/contract/recording.ts';
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { DEFAULT_KEEP_MS, type DesiredRecording } from '#shared/recording-link.ts';
import { RecordingFolder } from '#shared/recordings/recording-folder.ts';
import { RecordingIndex } from '#shared/recordings/recording-index.ts';
import { Upkeep } from '#shared/recordings/upkeep.ts';
import type { CameraDirectory } from '../cameras/camera-directory.ts';
import type { EventState } from '../events/event.ts';
import type { RouteGroup } from '../http/route.ts';
import type { Store } from '../store/store.ts';
import { startWhenReady } from '../store/store-jobs.ts';
import { isAgentWorker } from '../worker-access/agent-worker.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { Archives } from './archives.ts';
import { planOf } from './camera-plan.ts';
import { Clips } from './clips.ts';
import { LocalArchive } from './local-archive.ts';
import { Movies } from './movies.ts';
import { OwnDisks } from './own-disks.ts';
import { PlaceRepository } from './place-repository.ts';
import { Places } from './places.ts';
import { RecorderLinks, type RecorderLinksOptions } from './recorder-links.ts';
import { recordingRoutes } from './routes.ts';
import { SegmentRepository } from './segment-repository.ts';
import { summarise } from './summary.ts';

export interface RecordingsOptions {
  store: Store;
  directory: Pick<CameraDirectory, 'wanted' | 'find' | 'onChange'>;
  routing: Pick<
    CameraRouting,
    'workers' | 'nameOf' | 'onWorkers' | 'onPlacement' | 'findOwner' | 'workerNamed'
  >;
  pool: RecorderLinksOptions['pool'];
  /** Whether workers write to a folder that this gateway looks after; others look after their own. */
  isHere: boolean;
  /** Absolute path. */
  folder: string;
  quotaBytes: number;
  clip: { beforeMs: number; afterMs: number; keepMs: number };
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

/** A clip may be looked for while its last segment is being closed, milliseconds. */
const CLIP_REST_MS = 10 * 60_000;

/** Builds recordings; nothing runs before `start`. */
export function createRecordings(options: RecordingsOptions): Recordings {
  const { store, directory, routing, pool, quotaBytes, clip, log } = options;
  const repository = new SegmentRepository(store);
  const folder = new RecordingFolder(options.folder);
  const plans = (): DesiredRecording[] =>
    directory.wanted().flatMap((camera) => planOf(camera, clip.beforeMs) ?? []);
  const planById = (id: string): DesiredRecording | undefined => {
    const camera = directory.find(id);
    return camera && planOf(camera, clip.beforeMs);
  };
  // The settings of a camera that is gone are not known any more.
  const keepMsOf = (id: string): number =>
    directory.find(id) === undefined ? DEFAULT_KEEP_MS : (planById(id)?.keepMs ?? 0);
  const index = new RecordingIndex({
    repository,
    keepMsOf,
    discard: (segment) => folder.remove(segment),
    log,
  });
  const disks = new OwnDisks({
    ...{ pool, isHere: options.isHere, log },
    runsCameras: (worker) => routing.workers.includes(worker),
    onFound: () => {
      update();
      clips.retry();
    },
  });
  const local = new LocalArchive({ repository, index, folder });
  const placeRepository = new PlaceRepository(store);
  const archives = new Archives({ local, places: placeRepository, routing });
  const movies = new Movies({ archives });
  const clips = new Clips({
    ...{ routing, repository, planOf: planById, isWhole: isWhole(directory), clip, log },
    hasOwnDisk: (id) => disks.has(routing.nameOf(id)),
  });
  const upkeep = new Upkeep({
    ...{ folder, repository, index, keepMsOf, quotaBytes, log },
    onRepaired: () => repository.dropEmptyClips(Date.now() - CLIP_REST_MS),
  });
  const links = new RecorderLinks({
    ...{ pool, routing, log },
    desired: plans,
    canRecord: (worker) => disks.has(worker) || (options.isHere && !isAgentWorker(worker)),
    onMessage: (worker, message) => index.take(worker, message),
    onDown: (worker) => {
      index.dropWorker(worker);
      if (options.isHere) upkeep.repairSoon();
    },
  });
  const places = new Places({
    ...{ repository: placeRepository, log },
    present: () =>
      routing.workers
        .filter((worker) => disks.has(worker))
        .flatMap((worker) =>
          links.camerasOf(worker).map(({ cameraId, keepMs }) => {
            const keepUntil = Date.now() + Math.max(keepMs, clip.keepMs);
            return { cameraId, worker, keepUntil };
          }),
        ),
  });
  const keeps = new Map<string, number>();
  const update = (): void => {
    links.update();
    places.update();
  };
  const onCameras = (ids: readonly string[]): void => {
    update();
    index.retainRecorders(new Set(plans().map(({ cameraId }) => cameraId)));
    for (const id of ids) void updateKeep(id, { keeps, planById, repository, log });
  };
  const ends: (() => void)[] = [];
  return {
    routes: recordingRoutes({
      ...{ archives, movies, repository },
      expectKnown: async (id) => {
        if (directory.find(id) === undefined && !(await repository.has(id)) && !(await archives.has(id)))
          throw new AppError('camera-not-found', `No camera ${id}, and no recording of one`);
      },
      summary: () => summarise({ repository, archives, index, quotaBytes }),
    }),
    onEvent: (event) => clips.take(event),
    reasons: () => (index.recorders.some(({ state }) => state === 'paused') ? ['recording_paused'] : []),
    health: () => ({
      cameras: index.recorders.length,
      recording: index.recorders.filter(({ state }) => state === 'recording').length,
      paused: index.recorders.filter(({ state }) => state === 'paused'),
      quotaBytes,
    }),
    start: () => {
      ends.push(directory.onChange(onCameras), routing.onPlacement(update));
      links.start();
      disks.start();
      startWhenReady(store, () => {
        places.start();
        // Before that nothing is indexed.
        if (options.isHere) upkeep.start();
      });
    },
    close: async () => {
      for (const end of ends.splice(0)) end();
      disks.close();
      await Promise.all([links.close(), places.close(), upkeep.close(), clips.settled()]);
      await index.settled();
    },
  };
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
    planById: (id: string) => DesiredRecording | undefined;
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
