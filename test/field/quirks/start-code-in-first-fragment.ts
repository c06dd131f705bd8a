import { isFragment } from '../support/payloads.ts';
import type { Quirk } from '../support/quirk.ts';
export const quirk: Quirk = {
  what: 'the first fragment repeats start code and header of its unit',
  seen: 'cameras that cut a byte stream',
  camera: {
    packets: (packets) =>
      packets.map((packet) => {
        const { payload } = packet;
        if (!isFragment(packet) || ((payload[1] as number) & 0x80) === 0) return packet;
        const header = ((payload[0] as number) & 0xe0) | ((payload[1] as number) & 0x1f);
        const start = Buffer.from([0, 0, 0, 1, header]);
        return { ...packet, payload: Buffer.concat([payload.subarray(0, 2), start, payload.subarray(2)]) };
      }),
  },
};
