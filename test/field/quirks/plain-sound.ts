import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'keeps to the standards, with sound',
  seen: 'any camera, to compare with',
  camera: { hasSound: true },
  right: { hasSound: true },
};
