import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times count milliseconds',
  seen: 'paparazzi #2068',
  camera: { ticks: (index) => Math.round((index * 1000) / 15) },
};
