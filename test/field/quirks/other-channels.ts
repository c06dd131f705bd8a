import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'packets come in other channels than asked for',
  seen: 'hipcam, gortsplib #118',
  camera: {
    raw: (bytes) => bytes.replace('interleaved=0-1', 'interleaved=6-7'),
    framed: (bytes) => Buffer.concat([Buffer.from([0x24, 6]), bytes.subarray(2)]),
  },
};
