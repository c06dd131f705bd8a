import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the codec is the second format of its track',
  seen: 'gateways with several formats',
  camera: { sdp: (text) => text.replace('RTP/AVP 96', 'RTP/AVP 100 96') },
};
