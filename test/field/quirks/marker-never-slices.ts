import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'no packet of pictures of four slices has the marker',
  seen: 'as marker-never',
  camera: {
    clip: 'h264 of 4 slices',
    packets: (packets) => packets.map((packet) => ({ ...packet, marker: false })),
  },
};
