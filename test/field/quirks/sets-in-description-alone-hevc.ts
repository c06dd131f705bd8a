import { hevcTypeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'parameter sets of H.265 stand in the description alone',
  seen: 'RFC 7798 section 7.1',
  camera: { clip: 'hevc', nals: (nals) => nals.filter((nal) => hevcTypeOf({ payload: nal }) < 32) },
};
