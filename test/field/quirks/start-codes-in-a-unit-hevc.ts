import { hevcTypeOf, joined } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'VPS, SPS, PPS and IDR slice of H.265 come as one unit with start codes inside',
  seen: 'retina #108',
  camera: {
    clip: 'hevc',
    sdp: (text) => text.replace(/a=fmtp[^\r]*\r\n/, ''),
    nals: (nals) => (hevcTypeOf({ payload: nals[0] as Buffer }) === 32 ? [joined(nals)] : nals),
  },
};
