import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'every packet of pictures of four slices has the marker',
  seen: 'live555 forks',
  camera: {
    clip: 'h264 of 4 slices',
    packets: (packets) => packets.map((packet) => ({ ...packet, marker: true })),
  },
  right: { whole: 0.85 },
};
