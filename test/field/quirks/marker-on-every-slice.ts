import { isEnd, isSlice } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'the last packet of every slice has the marker',
  seen: 'obs-rtspserver PR 199, OpenIPC smolrtsp PR 43, uvgRTP #261',
  camera: {
    clip: 'h264 of 4 slices',
    packets: (packets) => packets.map((packet) => ({ ...packet, marker: isSlice(packet) && isEnd(packet) })),
  },
  right: { whole: 0.85 },
};
