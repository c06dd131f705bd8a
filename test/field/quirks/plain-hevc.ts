import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'keeps to the standards, H.265',
  seen: 'any camera, to compare with',
  camera: { clip: 'hevc' },
};
