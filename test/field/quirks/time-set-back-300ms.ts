import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the clock is set back by 0.3 s',
  seen: 'NTP steps',
  camera: { ticks: (index) => 900_000 + index * 6000 - (index >= 25 ? 27_000 : 0) },
};
