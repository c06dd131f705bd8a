import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'no packet of MJPEG has the marker',
  seen: 'esp32 servers',
  camera: { clip: 'mjpeg', packets: (packets) => packets.map((packet) => ({ ...packet, marker: false })) },
};
