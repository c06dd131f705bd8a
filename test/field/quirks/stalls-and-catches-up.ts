import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'packets are held for 0.8 s, then all come',
  seen: 'TCP over a bad network',
  camera: {
    waitMs: (index) => (index % 30 === 10 ? 800 : index % 30 > 10 && index % 30 < 22 ? 5 : 1000 / 15),
  },
  right: { gapMs: 1400, fps: 14, isSteady: false },
};
