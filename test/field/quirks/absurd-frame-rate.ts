import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'announces a millionth of a picture a second',
  seen: 'damaged settings',
  camera: {
    sdp: (text) => text.replace('a=control:trackID=0', 'a=framerate:0.000001\r\na=control:trackID=0'),
  },
};
