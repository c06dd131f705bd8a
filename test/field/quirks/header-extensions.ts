import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'packets have an ONVIF replay extension',
  seen: 'ONVIF Streaming Specification section 6.2',
  camera: {
    packets: (packets) =>
      packets.map((packet) => ({ ...packet, extension: Buffer.from(`abac0003${'00'.repeat(12)}`, 'hex') })),
  },
};
