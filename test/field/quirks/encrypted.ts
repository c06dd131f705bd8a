import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the description offers RTP/SAVP',
  seen: 'go2rtc #81, frigate PR 5927 (UniFi Protect)',
  camera: { sdp: (text) => text.replace('RTP/AVP', 'RTP/SAVP') },
  right: { code: 'camera-encrypted', hint: /SRTP/ },
};
