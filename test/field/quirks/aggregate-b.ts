import { aggregate } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'pictures come in STAP-B with a decoding order number',
  seen: 'RFC 6184 section 5.7.1',
  camera: {
    packets: (packets, nals) => {
      const last = packets.at(-1);
      return last === undefined ? [] : [{ ...last, payload: aggregate(Buffer.from([0x79, 0, 9]), nals) }];
    },
  },
};
