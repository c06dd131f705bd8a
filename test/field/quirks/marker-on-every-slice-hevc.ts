import { isHevcFragment } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'the last packet of every slice of H.265 has the marker',
  seen: 'uvgRTP #261',
  camera: {
    clip: 'hevc of 3 slices',
    packets: (packets) =>
      packets.map((packet) => ({
        ...packet,
        marker: !isHevcFragment(packet) || ((packet.payload[2] as number) & 0x40) !== 0,
      })),
  },
  right: { whole: 0.85 },
};
