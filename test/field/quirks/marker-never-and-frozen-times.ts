import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'no packet has the marker, and times stand still',
  seen: 'hobby servers',
  camera: { ticks: () => 7, packets: (packets) => packets.map((packet) => ({ ...packet, marker: false })) },
  right: { whole: 0.85 },
};
