import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the clock jumps 5 s to and fro',
  seen: 'NTP beside a clock of the building',
  camera: { ticks: (index) => 90_000_000 + index * 6000 + (Math.floor(index / 10) % 2) * 450_000 },
};
