import { joined, typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'SPS, PPS and IDR slice come as one fragmented unit with start codes inside',
  seen: 'retina #68 and #108 (V380), gortsplib 73830e29 (Amatek NVR)',
  camera: {
    sdp: (text) => text.replace(/;sprop[^\r]*/, ''),
    nals: (nals) => {
      const kept = nals.filter((nal) => nal[0] !== 6);
      return typeOf({ payload: kept[0] as Buffer }) === 7 ? [joined(kept)] : kept;
    },
  },
};
