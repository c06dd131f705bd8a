/** What a watch tells when it fires. */
import type { WatchRow } from '../store/database.ts';
import { settingsOf, type WatchAnswer } from './watch.ts';
import type { AskedWatch } from './watch-asker.ts';

/** Something a watch saw. */
export interface FiredWatch {
  cameraId: string;
  kind: string;
  label: string;
  score: number | null;
  /** When the deciding picture was taken, Unix milliseconds. */
  startedAt: number;
  data: object;
  /** JPEG. */
  picture?: Buffer;
}

/** Keeps what watches see. */
export interface EventSink {
  /** @returns id of the event @throws AppError `storage-*` */
  record(event: FiredWatch): Promise<string>;
}

const LABEL_LENGTH = 200;

/** The event of a watch that fires. @param answers those that decided it */
export function eventOf(row: WatchRow, answers: readonly WatchAnswer[], asked: AskedWatch): FiredWatch {
  const { cameraId, skill, prompt, condition, n, of, deliver } = settingsOf(row);
  const { jpeg, sequence, timestamp, ageMs, width, height } = asked.frame;
  return {
    cameraId,
    kind: 'watch',
    label: (prompt || skill).slice(0, LABEL_LENGTH),
    // Moondream tells no confidence, and a made-up one would be taken for real.
    score: null,
    startedAt: Math.round(timestamp * 1000),
    data: {
      watchId: row.id,
      skill,
      prompt,
      condition,
      n,
      of,
      deliver,
      answers: answers.map(({ at, ...answer }) => ({ at: new Date(at).toISOString(), ...answer })),
      frame: { sequence, timestamp, ageMs, width, height },
    },
    picture: jpeg,
  };
}
