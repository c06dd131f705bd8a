import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'MJPEG camera that hangs up after each second',
  seen: 'as hangs-up-every-second',
  camera: { clip: 'mjpeg', onPlay: (session) => void setTimeout(() => session.hangUp(), 1000).unref() },
  seconds: 4,
  right: { reconnects: 99, fps: 8, gapMs: 1600, isSteady: false },
};
