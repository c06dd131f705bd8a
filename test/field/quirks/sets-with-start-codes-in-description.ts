import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the sets in the description have start codes',
  seen: 'go2rtc, old Axis',
  camera: {
    sdp: (text) =>
      text.replace(/sprop-parameter-sets=([^\r]*)/, (_all, sets: string) => {
        const coded = sets
          .split(',')
          .map((set) => Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from(set, 'base64')]));
        return `sprop-parameter-sets=${coded.map((set) => set.toString('base64')).join()}`;
      }),
  },
};
