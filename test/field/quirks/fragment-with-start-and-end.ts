import { asFragment, isFragment, typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'small pictures come as one FU-A with start and end bit',
  seen: 'gortsplib PR 649 (CostarHD), retina PR 131 (OpenIPC)',
  camera: {
    payloadBytes: 3000,
    packets: (packets) =>
      packets.map((packet) =>
        typeOf(packet) === 1 && !isFragment(packet)
          ? { ...packet, payload: asFragment(packet.payload, 0xc0) }
          : packet,
      ),
  },
};
