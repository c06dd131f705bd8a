import { typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'slices hold random bytes',
  seen: 'encrypted or proprietary payloads',
  camera: {
    nals: (nals) =>
      nals.map((nal) =>
        typeOf({ payload: nal }) > 5
          ? nal
          : Buffer.concat([nal.subarray(0, 1), Buffer.alloc(nal.length, 0x80)]),
      ),
    sdp: (text) => text.replace(/sprop[^\r]*/, ''),
    packets: (packets) => packets.filter((packet) => typeOf(packet) !== 7 && typeOf(packet) !== 8),
  },
  right: { code: 'camera-undecodable', hint: /decoded/ },
};
