import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times jitter by half an interval',
  seen: 'software encoders that stamp after encoding',
  camera: { ticks: (index) => 900_000 + index * 6000 + (((index * 7919) % 5) - 2) * 1400 },
};
