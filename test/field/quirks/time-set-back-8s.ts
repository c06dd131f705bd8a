import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the clock is set back by 8 s',
  seen: 'raptor #43, retina #64, ex_nvr #404',
  camera: { ticks: (index) => 900_000 + index * 6000 - (index >= 25 ? 720_000 : 0) },
};
