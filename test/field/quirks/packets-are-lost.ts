import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'one packet in 40 is lost',
  seen: 'wireless cameras over UDP',
  camera: {
    packets: (packets, _nals, index) =>
      packets.map((packet, at) => ({ ...packet, skip: index % 15 === 7 && at === 0 ? 1 : 0 })),
  },
  right: { whole: 0.8 },
};
