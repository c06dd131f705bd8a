/** Builds the event of a watch that fires. */
import type { Box } from '#shared/contract/reason.ts';
import type { MomentaryEvent, PicturedObject } from '../events/event.ts';
import type { WatchRow } from '../store/database.ts';
import { settingsOf, type WatchAnswer } from './watch.ts';
import type { AskedWatch } from './watch-asker.ts';

const LABEL_LENGTH = 200;

/**
 * The event starts when the deciding picture was taken.
 * @param answers those that fired the watch
 */
export function eventOf(row: WatchRow, answers: readonly WatchAnswer[], asked: AskedWatch): MomentaryEvent {
  const { cameraId, skill, prompt, condition, n, of, deliver, zone } = settingsOf(row);
  const label = (prompt || skill).slice(0, LABEL_LENGTH);
  const { jpeg, sequence, timestamp, ageMs, width, height } = asked.frame;
  return {
    cameraId,
    kind: 'watch',
    label,
    // Models report no confidence, and clients would trust an invented one.
    score: null,
    startedAt: Math.round(timestamp * 1000),
    zones: zone === null ? [] : [zone],
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
    picture: {
      jpeg,
      takenAt: Math.round(timestamp * 1000),
      objects: asked.objects.map((box) => ({ label, score: null, box: sidesOf(box) })),
    },
  };
}

function sidesOf({ x_min, y_min, x_max, y_max }: Box): PicturedObject['box'] {
  return [x_min, y_min, x_max - x_min, y_max - y_min];
}
