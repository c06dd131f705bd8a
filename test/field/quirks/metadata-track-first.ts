import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'a track of ONVIF metadata comes first',
  seen: 'ONVIF cameras',
  camera: {
    sdp: (text) =>
      text.replace(
        'm=video',
        'm=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:meta\r\nm=video',
      ),
  },
};
