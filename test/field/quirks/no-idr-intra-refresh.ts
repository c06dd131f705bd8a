import { typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'no IDR after the start: periodic intra refresh',
  seen: 'drone encoders, mediamtx discussions',
  camera: {
    clip: 'h264 intra refresh',
    sends: (nals) => !nals.some((nal) => typeOf({ payload: nal }) === 5),
  },
  right: { whole: 0.8 },
};
