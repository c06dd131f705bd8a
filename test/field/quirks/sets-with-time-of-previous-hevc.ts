import { hevcTypeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'VPS, SPS and PPS of H.265 have the time of the picture before',
  seen: 'retina #13',
  camera: {
    clip: 'hevc',
    sdp: (text) => text.replace(/a=fmtp[^\r]*\r\n/, ''),
    packets: (packets) =>
      packets.map((packet) =>
        [32, 33, 34].includes(hevcTypeOf(packet))
          ? { ...packet, ticks: packet.ticks - 6000, marker: true }
          : packet,
      ),
  },
};
