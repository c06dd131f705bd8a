import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'a delimiter comes before every picture, with the marker',
  seen: 'ONVIF cameras, RTP of set-top boxes',
  camera: {
    packets: (packets) => {
      const [first] = packets;
      return first === undefined
        ? []
        : [{ ...first, payload: Buffer.from([9, 0xf0]), marker: true }, ...packets];
    },
  },
};
