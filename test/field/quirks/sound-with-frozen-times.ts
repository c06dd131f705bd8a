import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times of the picture stand still beside ordinary sound',
  seen: 'as time-stands-still',
  camera: { hasSound: true, ticks: () => 1 },
  right: { hasSound: true },
};
