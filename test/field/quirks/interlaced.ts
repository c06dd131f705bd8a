import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'interlaced pictures',
  seen: 'analog encoders',
  camera: { clip: 'h264 interlaced' },
};
