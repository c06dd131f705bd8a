import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the clock is set back by an hour',
  seen: 'daylight saving',
  camera: { ticks: (index) => 900_000 + index * 6000 - (index >= 25 ? 324_000_000 : 0) },
};
