import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'MJPEG of 2560 px, size in framesize',
  seen: 'sipsorcery #1387',
  camera: {
    clip: 'mjpeg of 2560 px',
    fps: 5,
    sdp: (text) => text.replace('a=control:trackID', 'a=framesize:26 2560-320\r\na=control:trackID'),
  },
};
