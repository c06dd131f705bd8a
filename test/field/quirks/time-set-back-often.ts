import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the clock is set back by 0.4 s every second',
  seen: 'cameras that follow a jittering NTP server',
  camera: { ticks: (index) => 9_000_000 + index * 6000 - Math.floor(index / 15) * 36_000 },
};
