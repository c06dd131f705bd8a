import { asHevcFragment, hevcTypeOf, isHevcFragment } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'small pictures of H.265 come as one fragment with start and end bit',
  seen: 'retina PR 131 (OpenIPC)',
  camera: {
    clip: 'hevc',
    payloadBytes: 3000,
    packets: (packets) =>
      packets.map((packet) =>
        hevcTypeOf(packet) < 32 && !isHevcFragment(packet)
          ? { ...packet, payload: asHevcFragment(packet.payload, 0xc0) }
          : packet,
      ),
  },
};
