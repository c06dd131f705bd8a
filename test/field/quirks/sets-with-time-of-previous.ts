import { typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'SPS and PPS have the time of the picture before and stand nowhere else',
  seen: 'retina #13 (Reolink RLC-822A)',
  camera: {
    sdp: (text) => text.replace(/;sprop[^\r]*/, ''),
    packets: (packets) =>
      packets.map((packet) =>
        [7, 8].includes(typeOf(packet)) ? { ...packet, ticks: packet.ticks - 6000, marker: true } : packet,
      ),
  },
};
