import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the first 15 pictures come together',
  seen: 'go2rtc, cameras with a buffered group',
  camera: { waitMs: (index) => (index < 15 ? 0 : 1000 / 15) },
};
