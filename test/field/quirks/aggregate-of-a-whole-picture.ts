import { aggregate } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'a whole picture of four slices comes in one STAP-A',
  seen: 'RFC 6184 section 5.7.1',
  camera: {
    clip: 'h264 of 4 slices',
    packets: (packets, nals) => {
      const last = packets.at(-1);
      return last === undefined ? [] : [{ ...last, payload: aggregate(Buffer.from([0x78]), nals) }];
    },
  },
};
