import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the camera pauses for 1 s now and then, and its clock goes on',
  seen: 'cameras that save their settings',
  camera: {
    waitMs: (index) => (index % 20 === 19 ? 1000 : 1000 / 15),
    ticks: (index) => index * 6000 + Math.floor((index + 1) / 20) * 84_000,
  },
  right: { gapMs: 1700, fps: 8, isSteady: false },
};
