import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times count 27 MHz',
  seen: 'MPEG system clocks passed on',
  camera: { ticks: (index) => index * 1_800_000 },
};
