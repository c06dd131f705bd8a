import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the stream gets another source and other numbers in the middle',
  seen: 'cameras that restart their encoder',
  camera: {
    packets: (packets, _nals, index) =>
      packets.map((packet, at) =>
        index < 30 ? packet : { ...packet, ssrc: 77, skip: index === 30 && at === 0 ? 20_000 : 0 },
      ),
  },
  right: { whole: 0.85 },
};
