import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the first 15 pictures come together and times stand still',
  seen: 'as begins-with-a-burst',
  camera: { waitMs: (index) => (index < 15 ? 0 : 1000 / 15), ticks: () => 1 },
};
