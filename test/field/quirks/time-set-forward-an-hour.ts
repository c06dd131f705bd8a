import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the clock is set forward by an hour',
  seen: 'daylight saving',
  camera: { ticks: (index) => index * 6000 + (index >= 25 ? 324_000_000 : 0) },
};
