import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'hangs up after each second; times begin anew',
  seen: 'go2rtc PR 1943, scrypted and frigate reports',
  camera: { onPlay: (session) => void setTimeout(() => session.hangUp(), 1000).unref() },
  seconds: 4,
  right: { reconnects: 99, fps: 8, gapMs: 1600, isSteady: false },
};
