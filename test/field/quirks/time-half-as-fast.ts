import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times run half as fast as pictures come',
  seen: 'cameras that count for 30 fps and send 15',
  seconds: 4,
  camera: { ticks: (index) => index * 3000 },
};
