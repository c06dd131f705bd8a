import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'packets name contributing sources',
  seen: 'RFC 3550 section 5.1',
  camera: { packets: (packets) => packets.map((packet) => ({ ...packet, csrc: 2 })) },
};
