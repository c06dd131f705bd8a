import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'hangs up after each second; times begin far back each time',
  seen: 'go2rtc PR 1943',
  camera: {
    onPlay: (session) => void setTimeout(() => session.hangUp(), 1000).unref(),
    ticks: (index, session) => index * 6000 - session.number * 9_000_000,
  },
  seconds: 4,
  right: { reconnects: 99, fps: 8, gapMs: 1600, isSteady: false },
};
