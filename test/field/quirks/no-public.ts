import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'OPTIONS names no methods',
  seen: 'cheap DVRs',
  camera: { raw: (bytes) => bytes.replace(/Public: [^\r]*\r\n/, '') },
};
