import { aggregate } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'aggregates hold an empty unit',
  seen: 'gortsplib fuzz cases',
  camera: {
    packets: (packets, nals) => {
      const last = packets.at(-1);
      return last === undefined
        ? []
        : [{ ...last, payload: aggregate(Buffer.from([0x78]), [Buffer.alloc(0), ...nals]) }];
    },
  },
};
