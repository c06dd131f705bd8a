import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the session begins in the middle of a group',
  seen: 'cameras that do not send a keyframe on PLAY',
  camera: { sends: (_nals, index) => index > 6 },
};
