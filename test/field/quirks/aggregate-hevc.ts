import { aggregate } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'pictures of H.265 come in aggregation packets',
  seen: 'RFC 7798 section 4.4.2',
  camera: {
    clip: 'hevc',
    packets: (packets, nals) => {
      const last = packets.at(-1);
      return last === undefined ? [] : [{ ...last, payload: aggregate(Buffer.from([48 << 1, 1]), nals) }];
    },
  },
};
