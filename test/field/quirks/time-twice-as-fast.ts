import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times run twice as fast as pictures come',
  seen: 'cameras that announce 30 fps and send 15',
  camera: { ticks: (index) => index * 12_000 },
};
