import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'pictures come five together',
  seen: 'cameras behind Wi-Fi with power saving',
  seconds: 5,
  right: { isViewedAt: 8, isSteady: false },
  camera: { waitMs: (index) => (index % 5 === 0 ? 333 : 0) },
};
