import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times are random',
  seen: 'broken firmware',
  camera: { ticks: (index) => (index * 2_654_435_761) % 2 ** 32 },
};
