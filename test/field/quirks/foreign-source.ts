import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'retransmissions of another source come in the same channel',
  seen: 'RFC 4588, WebRTC gateways',
  camera: {
    packets: (packets) =>
      packets.flatMap((packet) => [
        packet,
        { ...packet, payload: Buffer.alloc(20), payloadType: 97, ssrc: 99, repeat: true, marker: false },
      ]),
  },
};
