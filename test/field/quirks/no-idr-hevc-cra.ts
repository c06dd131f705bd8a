import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'H.265 pictures begin with CRA',
  seen: 'open groups of x265',
  camera: { clip: 'hevc' },
};
