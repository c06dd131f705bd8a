/** Why viewers of a camera get fewer or smaller pictures than they asked for, in words for people. */
import type { Slowed } from '#shared/client/api-types.ts';
import { clock, count } from './format.ts';

const LABEL = { memory: 'Short of memory', processor: 'Processor busy' } as const;

const ADVICE = {
  memory: 'Close views of other cameras, give the gateway more memory, or add a sub stream under Edit.',
  processor: 'Close views of other cameras, or add a sub stream under Edit.',
} as const;

/** Two or three words. */
export function slowedLabel({ reason }: Pick<Slowed, 'reason'>): string {
  return LABEL[reason];
}

/** What is done about it, since when, and what an operator can do. @param now of the gateway, Unix milliseconds */
export function slowedSentence({ reason, detail, since }: Slowed, now: number): string {
  return `${detail}, since ${clock(since * 1000, now)}. ${ADVICE[reason]}`;
}

/** What is short for the cameras of a worker: `3 cameras: short of memory`; empty for none. */
export function slowedSummary(slowed: readonly Pick<Slowed, 'reason'>[]): string {
  const reasons = (['memory', 'processor'] as const).map((reason) => {
    const cameras = slowed.filter((camera) => camera.reason === reason).length;
    return cameras === 0 ? '' : `${count(cameras, 'camera')}: ${LABEL[reason].toLowerCase()}`;
  });
  return reasons.filter(Boolean).join(', ');
}
