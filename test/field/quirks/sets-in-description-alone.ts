import { typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'parameter sets stand in the description alone',
  seen: 'RFC 6184 section 8.1',
  camera: { nals: (nals) => nals.filter((nal) => typeOf({ payload: nal }) < 6) },
};
