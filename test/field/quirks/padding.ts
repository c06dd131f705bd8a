import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'packets are padded',
  seen: 'RFC 3550 section 5.1',
  camera: { packets: (packets) => packets.map((packet) => ({ ...packet, padding: 4 })) },
};
