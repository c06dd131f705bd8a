import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'every packet has the marker',
  seen: 'live555 forks',
  camera: { packets: (packets) => packets.map((packet) => ({ ...packet, marker: true })) },
  right: { whole: 0.85 },
};
