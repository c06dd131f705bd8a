import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'NAL units end with zero bytes',
  seen: 'Axis, encoders that pad to words',
  camera: {
    payloadBytes: 60_000,
    packets: (packets) =>
      packets.map((packet) => ({ ...packet, payload: Buffer.concat([packet.payload, Buffer.alloc(3)]) })),
  },
};
