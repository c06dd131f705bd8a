import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'keeps to the standards, over UDP',
  seen: 'any camera, to compare with',
  camera: {},
  source: { transport: 'udp' },
};
