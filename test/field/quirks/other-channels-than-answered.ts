import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'packets come in other channels than answered',
  seen: 'cheap DVRs',
  camera: { framed: (bytes) => Buffer.concat([Buffer.from([0x24, 2]), bytes.subarray(2)]) },
};
