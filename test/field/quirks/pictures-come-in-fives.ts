import { expect } from 'chai';
import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'pictures come five together',
  seen: 'cameras behind Wi-Fi with power saving',
  seconds: 5,
  // On a busy machine a viewer gets the newest picture of the five alone.
  right: {
    isViewedAt: 3,
    isSteady: false,
    also: (_, { mediaS = 0, seconds }) => expect(mediaS / seconds).to.be.within(0.8, 1.25),
  },
  camera: { waitMs: (index) => (index % 5 === 0 ? 333 : 0) },
};
