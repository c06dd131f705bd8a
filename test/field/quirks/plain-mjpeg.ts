import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'keeps to the standards, MJPEG',
  seen: 'any camera, to compare with',
  camera: { clip: 'mjpeg' },
};
