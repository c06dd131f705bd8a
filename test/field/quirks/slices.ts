import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'pictures of four slices, marked once',
  seen: 'RFC 6184 section 5.1',
  camera: { clip: 'h264 of 4 slices' },
};
