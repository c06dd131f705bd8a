import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'MJPEG of 2560 px, size in x-dimensions',
  seen: 'SharpRTSP PR 95',
  camera: {
    clip: 'mjpeg of 2560 px',
    fps: 5,
    sdp: (text) => text.replace('a=control:trackID', 'a=x-dimensions:2560,320\r\na=control:trackID'),
  },
};
