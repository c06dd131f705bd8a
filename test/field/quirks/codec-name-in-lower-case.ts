import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the codec is named in lower case',
  seen: 'Tuya',
  camera: { sdp: (text) => text.replace('H264', 'h264') },
};
