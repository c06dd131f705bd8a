import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'pictures of three slices of H.265, marked once',
  seen: 'RFC 7798 section 4.1',
  camera: { clip: 'hevc of 3 slices' },
};
