import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'a keyframe comes every four seconds, and the first one late',
  seen: 'smart codecs (H.264+)',
  camera: { clip: 'h264 long group', sends: (_nals, index) => index !== 0 && index < 1e9 },
  right: { whole: 0.8 },
};
