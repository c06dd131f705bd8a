import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'RTP times wrap at 32 bits',
  seen: 'RFC 3550 section 5.1',
  camera: { ticks: (index) => 2 ** 32 - 120_000 + index * 6000 },
};
