import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times count microseconds',
  seen: 'cameras that pass the encoder clock on',
  camera: { ticks: (index) => Math.round((index * 1e6) / 15) },
};
