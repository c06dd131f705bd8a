import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'B-frames whose RTP times are those of sending',
  seen: 'cameras that send decoding times',
  camera: { clip: 'h264 b-frames' },
};
