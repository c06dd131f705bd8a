import type { Quirk } from '../support/quirk.ts';

const frameHeader = Buffer.from('ffc00011080140' + '0a00' + '03002200011101021101' + 'ff', 'hex');
const extension = Buffer.concat([Buffer.from([0xff, 0xd8, 0, 5]), frameHeader]);

export const quirk: Quirk = {
  what: 'MJPEG of 2560 px, size in the ONVIF extension',
  seen: 'ONVIF Streaming Specification section 5.1.4',
  camera: {
    clip: 'mjpeg of 2560 px',
    fps: 5,
    packets: (packets) => packets.map((packet, at) => (at === 0 ? { ...packet, extension } : packet)),
  },
};
