import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times count pictures',
  seen: 'paparazzi #2068',
  camera: { ticks: (index) => index },
};
