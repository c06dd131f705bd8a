import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'packets without payload come between those of the picture',
  seen: 'RFC 3551, NAT keep-alives',
  camera: {
    packets: (packets) =>
      packets.flatMap((packet) => [{ ...packet, payload: Buffer.alloc(0), marker: false }, packet]),
  },
};
