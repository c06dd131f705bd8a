import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'packets of another payload type share the sequence',
  seen: 'retina 0.3.1 (GeoVision, payload type 50)',
  camera: {
    packets: (packets) =>
      packets.flatMap((packet) => [
        packet,
        ...(packet.marker ? [] : [{ ...packet, payload: Buffer.alloc(20), payloadType: 50 }]),
      ]),
  },
};
