import { typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'parameter sets have the marker too',
  seen: 'Hikvision, Reolink',
  camera: {
    packets: (packets) =>
      packets.map((packet) => ({ ...packet, marker: packet.marker || typeOf(packet) >= 6 })),
  },
};
