import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times count 48 kHz, the clock of the sound',
  seen: 'cameras with one clock for both tracks',
  seconds: 4,
  camera: { ticks: (index) => index * 3200 },
};
