import { isHevcFragment, withByte } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'fragments of H.265 never have the end bit',
  seen: 'as fragment-without-end',
  camera: {
    clip: 'hevc',
    packets: (packets) =>
      packets.map((packet) =>
        isHevcFragment(packet)
          ? { ...packet, payload: withByte(packet.payload, 2, (byte) => byte & ~0x40) }
          : packet,
      ),
  },
};
