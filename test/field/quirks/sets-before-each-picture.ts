import { clipOf } from '../support/clips.ts';
import { typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';

const sets = (clipOf('h264').units[0] ?? []).filter((nal) => [7, 8].includes(typeOf({ payload: nal })));

export const quirk: Quirk = {
  what: 'SPS and PPS come before every picture',
  seen: 'Xiongmai',
  camera: {
    nals: (nals) => {
      const own = nals.filter((nal) => typeOf({ payload: nal }) < 6);
      return [...sets, ...own];
    },
  },
};
