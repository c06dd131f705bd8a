import { isEnd } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'the last packet of every NAL unit has the marker, parameter sets too',
  seen: 'OpenIPC smolrtsp PR 43',
  camera: {
    clip: 'h264 of 4 slices',
    packets: (packets) => packets.map((packet) => ({ ...packet, marker: isEnd(packet) })),
  },
  right: { whole: 0.85 },
};
