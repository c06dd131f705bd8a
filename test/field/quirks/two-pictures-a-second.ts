import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'sends two pictures a second',
  seen: 'low-bandwidth settings',
  camera: { fps: 2 },
  seconds: 4,
  right: { gapMs: 1200 },
};
