import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times count whole seconds',
  seen: 'cameras whose times come from time()',
  camera: { ticks: (index) => Math.floor(index / 15) },
};
