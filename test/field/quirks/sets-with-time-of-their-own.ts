import { typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'SPS and PPS have times between those of the pictures',
  seen: 'Dahua',
  camera: {
    sdp: (text) => text.replace(/;sprop[^\r]*/, ''),
    packets: (packets) =>
      packets.map((packet) =>
        typeOf(packet) > 5 ? { ...packet, ticks: packet.ticks - 10 - typeOf(packet) } : packet,
      ),
  },
};
