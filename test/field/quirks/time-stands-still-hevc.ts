import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times of H.265 never move',
  seen: 'as time-stands-still',
  camera: { clip: 'hevc', ticks: () => 4711 },
};
