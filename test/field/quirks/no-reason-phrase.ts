import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the status line has no words',
  seen: 'RFC 2326 section 7.1 read strictly',
  camera: { raw: (bytes) => bytes.replace('RTSP/1.0 200 OK', 'RTSP/1.0 200') },
};
