import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'every NAL unit has its start code in front',
  seen: 'gortsplib commit 6552200b, ffmpeg strips it',
  camera: {
    payloadBytes: 60_000,
    packets: (packets) =>
      packets.map((packet) => ({
        ...packet,
        payload: Buffer.concat([Buffer.from([0, 0, 0, 1]), packet.payload]),
      })),
  },
};
