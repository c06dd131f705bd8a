import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'no packet of H.265 has the marker',
  seen: 'as marker-never',
  camera: { clip: 'hevc', packets: (packets) => packets.map((packet) => ({ ...packet, marker: false })) },
};
