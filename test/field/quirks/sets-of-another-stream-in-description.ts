import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the description holds the sets of another stream',
  seen: 'cameras that changed resolution, retina #33',
  camera: {
    sdp: (text) =>
      text.replace(/sprop-parameter-sets=[^\r]*/, 'sprop-parameter-sets=Z0IAH5WoFAFuQA==,aM48gA=='),
  },
};
