import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the clock is set forward by 8 s',
  seen: 'raptor #43, ex_nvr #404',
  camera: { ticks: (index) => index * 6000 + (index >= 25 ? 720_000 : 0) },
};
