import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'sequence numbers jump back now and then',
  seen: 'UNV, cameras that restart their counter',
  camera: {
    packets: (packets, _nals, index) =>
      packets.map((packet, at) => ({ ...packet, skip: index % 15 === 14 && at === 0 ? 60_000 : 0 })),
  },
  right: { whole: 0.85 },
};
