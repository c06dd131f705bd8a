import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'sender reports come in the channel of the picture',
  seen: 'RFC 5761 muxing',
  camera: {
    packets: (packets) => {
      const [first] = packets;
      if (first === undefined) return [];
      const report = {
        ...first,
        payload: Buffer.alloc(16),
        payloadType: 72,
        marker: true,
        repeat: true,
        ssrc: 5,
      };
      return [report, ...packets];
    },
  },
};
