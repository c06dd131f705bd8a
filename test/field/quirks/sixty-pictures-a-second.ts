import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'sends 60 pictures a second',
  seen: 'action cameras',
  camera: { fps: 60 },
  right: { isViewedAt: 25 },
};
