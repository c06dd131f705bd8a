import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times lose ten per cent',
  seen: 'cheap oscillators, wrong PLL',
  camera: { ticks: (index) => index * 5400 },
};
