import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'filler data comes between pictures',
  seen: 'constant bit rate encoders',
  camera: {
    packets: (packets) => {
      const last = packets.at(-1);
      if (last === undefined) return [];
      const filler = {
        ...last,
        payload: Buffer.concat([Buffer.from([12]), Buffer.alloc(80, 0xff), Buffer.from([0x80])]),
      };
      return [...packets.slice(0, -1), { ...last, marker: false }, filler];
    },
  },
};
