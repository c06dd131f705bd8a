import { isFragment, withByte } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'fragments never have the end bit',
  seen: 'ffmpeg takes the marker for it',
  camera: {
    packets: (packets) =>
      packets.map((packet) =>
        isFragment(packet)
          ? { ...packet, payload: withByte(packet.payload, 1, (byte) => byte & ~0x40) }
          : packet,
      ),
  },
};
