import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'no packet has the marker',
  seen: 'gortsplib #1176, cheap DVRs',
  camera: { packets: (packets) => packets.map((packet) => ({ ...packet, marker: false })) },
};
