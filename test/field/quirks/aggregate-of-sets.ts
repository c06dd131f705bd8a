import { aggregate, typeOf } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'SPS, PPS and SEI come in one STAP-A',
  seen: 'RFC 6184 section 5.7.1',
  camera: {
    packets: (packets, nals) => {
      const small = nals.filter((nal) => typeOf({ payload: nal }) > 5);
      const [first] = packets;
      if (small.length < 2 || first === undefined) return packets;
      const payload = aggregate(Buffer.from([0x78]), small);
      return [{ ...first, payload }, ...packets.filter((packet) => typeOf(packet) <= 5)];
    },
  },
};
