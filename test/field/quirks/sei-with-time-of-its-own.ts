import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'an SEI message with a time of its own comes before every picture',
  seen: 'Uniview, Hikvision smart events',
  camera: {
    packets: (packets) => {
      const [first] = packets;
      if (first === undefined) return packets;
      const sei = {
        ...first,
        payload: Buffer.from([6, 5, 4, 1, 2, 3, 4, 0x80]),
        ticks: first.ticks - 45,
        marker: true,
      };
      return [sei, ...packets];
    },
  },
};
