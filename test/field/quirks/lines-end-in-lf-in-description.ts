import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'lines of the description end in LF alone',
  seen: 'many hobby servers',
  camera: { sdp: (text) => text.replaceAll('\r\n', '\n') },
};
