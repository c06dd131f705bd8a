import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the packets have another payload type than the description',
  seen: 'go2rtc does not look at it; Wansview',
  camera: { packets: (packets) => packets.map((packet) => ({ ...packet, payloadType: 99 })) },
  right: { whole: 0.85 },
};
