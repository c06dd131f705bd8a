import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times run backwards',
  seen: 'broken firmware',
  camera: { ticks: (index) => 2 ** 31 - index * 6000 },
};
