import { isFragment } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'fragments begin as FU-B with a decoding order number',
  seen: 'RFC 6184 section 5.8',
  camera: {
    packets: (packets) =>
      packets.map((packet) => {
        const { payload } = packet;
        if (!isFragment(packet) || ((payload[1] as number) & 0x80) === 0) return packet;
        const head = Buffer.from([((payload[0] as number) & 0xe0) | 29, payload[1] as number, 0, 7]);
        return { ...packet, payload: Buffer.concat([head, payload.subarray(2)]) };
      }),
  },
};
