import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the sets in the description are damaged',
  seen: 'ffmpeg ticket 5018',
  camera: { sdp: (text) => text.replace(/sprop-parameter-sets=[^\r]*/, 'sprop-parameter-sets=Z0IA,%%%,,A') },
};
