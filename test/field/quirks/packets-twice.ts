import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'every packet comes twice',
  seen: 'switches that mirror, vdk #44',
  camera: { packets: (packets) => packets.flatMap((packet) => [packet, { ...packet, repeat: true }]) },
};
