import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'two pictures share each RTP time',
  seen: 'encoders that time groups of pictures',
  camera: { ticks: (index) => Math.floor(index / 2) * 12_000 },
};
