/**
 * A day of recording in minutes: the camera's clock runs as fast as the machine can write. Stops, fills, clocks that are
 * set and kills come at random; at the end index and files must be equal, and every file must play to its last byte.
 */
import { readFileSync, truncateSync } from 'node:fs';
import { RecordingFolder } from '#shared/recordings/recording-folder.ts';
import { RecordingIndex } from '#shared/recordings/recording-index.ts';
import { repairIndex } from '#shared/recordings/repair.ts';
import { removeOld } from '#shared/recordings/retention.ts';
import type { SegmentStore } from '#shared/recordings/segment-store.ts';
import { readSegment } from '#shared/recordings/stored-segment.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { PlayedCamera, RecordedCamera } from '../workers/rtsp/outputs/recording/material.ts';
import { Random } from './random.ts';

/** What happened, and what is wrong at the end. */
export interface RecordingSoak {
  segments: number;
  kills: number;
  fills: number;
  problems: string[];
}

const QUOTA_BYTES = 200 * 1024 * 1024;
const DAY_MS = 86_400_000;
const QUIET = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} } as never;
const signal = new AbortController().signal;

/** @param hours of the camera's time */
export async function soakRecording(
  repository: SegmentStore,
  { seed, hours }: { seed: number; hours: number },
): Promise<RecordingSoak> {
  const random = new Random(seed);
  const base = temporaryFolder();
  const folder = new RecordingFolder(base);
  const camera = new PlayedCamera();
  const keepMsOf = (): number => DAY_MS * 365;
  const index = new RecordingIndex({
    repository,
    keepMsOf,
    discard: (segment) => folder.remove(segment),
    log: QUIET,
  });
  const repair = (): Promise<boolean> =>
    repairIndex({ folder, repository, index, keepMsOf, log: QUIET, restMs: 0 }, signal);
  const tally = { segments: 0, kills: 0, fills: 0 };
  const start = (): RecordedCamera => {
    const recorded = new RecordedCamera({ folder: base, camera, limits: { segmentMs: 60_000 } });
    recorded.recorder.apply({ cameraId: 'yard', isContinuous: true, ringSeconds: 0 });
    camera.begin({ hasSound: random.integer(0, 1) === 1 });
    return recorded;
  };
  /** What the gateway hears; a killed worker's last words are lost. */
  const hear = async (recorded: RecordedCamera): Promise<void> => {
    for (const message of recorded.messages.splice(0)) index.take('worker', message);
    await index.settled();
  };
  let recorded = start();
  const endAt = camera.mono + hours * 3_600_000;
  while (camera.mono < endAt) {
    await camera.play(random.integer(5, 90));
    const what = random.integer(0, 11);
    if (what === 0) camera.begin({ hasSound: random.integer(0, 1) === 1 });
    else if (what === 1) camera.wait(random.integer(2, 300));
    else if (what === 2) camera.setClock(random.integer(2, 600) * (random.integer(0, 1) === 0 ? 1 : -1));
    else if (what === 3) {
      tally.fills += 1;
      recorded.freeBytes = 0;
      await camera.play(random.integer(30, 120));
      recorded.freeBytes = 1e12;
    } else if (what === 4) {
      tally.kills += 1;
      await kill(recorded, random);
      recorded.messages.splice(0);
      index.dropWorker('worker');
      recorded = start();
      // The gateway repairs while the new process has written nothing yet.
      await repair();
    } else if (what === 5)
      await removeOld(
        { folder, repository, quotaBytes: QUOTA_BYTES, openBytes: () => index.openBytes },
        camera.wall,
        signal,
      );
    // The camera is faster than a disk.
    await recorded.recorder.settled();
    await hear(recorded);
  }
  await recorded.recorder.close();
  await hear(recorded);
  await repair();
  const problems = await differences(folder, repository);
  tally.segments = (await repository.names('yard')).length;
  return { ...tally, problems };
}

/** As by `kill -9`: the newest file ends anywhere. */
async function kill(recorded: RecordedCamera, random: Random): Promise<void> {
  await recorded.recorder.close();
  const open = recorded.messages.findLast((message) => message.type === 'segment' && !message.isOpen);
  const file =
    open?.type === 'segment' ? recorded.files.find(({ name }) => name === open.segment.file) : undefined;
  if (file !== undefined) truncateSync(file.path, random.integer(0, file.bytes.length));
}

async function differences(folder: RecordingFolder, repository: SegmentStore): Promise<string[]> {
  const rows = await repository.list('yard', 0, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  const files = new Set(await folder.names('yard'));
  const problems: string[] = [];
  for (const row of rows) {
    if (!files.delete(row.file)) {
      problems.push(`${row.file} is indexed and not there`);
      continue;
    }
    const stored = await readSegment(folder.pathOf(row));
    const last = stored.fragments.at(-1);
    const endedAt = Math.round((last?.startedAt ?? 0) + (last?.durationMs ?? 0));
    if (stored.wholeBytes !== stored.fileBytes) problems.push(`${row.file} is not whole`);
    if (readFileSync(folder.pathOf(row)).length !== row.bytes)
      problems.push(`${row.file} has other bytes than indexed`);
    if (stored.fragments[0]?.startedAt !== row.startedAt || Math.abs(endedAt - row.endedAt) > 2)
      problems.push(`${row.file} has other times than indexed`);
    if (stored.fragments[0]?.isIndependent !== true)
      problems.push(`${row.file} does not begin with a keyframe`);
  }
  return [...problems, ...[...files].map((file) => `${file} is there and not indexed`)];
}
