import { typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'no IDR after the start: recovery points with open groups',
  seen: 'w3c/webcodecs #650 (camcorders)',
  camera: { clip: 'h264 open group', sends: (nals) => !nals.some((nal) => typeOf({ payload: nal }) === 5) },
  right: { whole: 0.8 },
};
