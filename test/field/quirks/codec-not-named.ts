import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the description does not name the codec of a dynamic payload type',
  seen: 'early IP cameras',
  camera: { sdp: (text) => text.replace(/a=rtpmap[^\r]*\r\n/, '') },
};
