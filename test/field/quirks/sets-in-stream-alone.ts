import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'parameter sets stand in the stream alone',
  seen: 'RFC 6184 section 8.2.2',
  camera: { sdp: (text) => text.replace(/;sprop[^\r]*/, '') },
};
