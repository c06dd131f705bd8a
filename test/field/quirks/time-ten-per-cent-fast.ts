import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times gain ten per cent',
  seen: 'cheap oscillators, wrong PLL',
  camera: { ticks: (index) => index * 6600 },
};
