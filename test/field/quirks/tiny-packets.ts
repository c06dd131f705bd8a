import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'pictures come in packets of 60 bytes',
  seen: 'RTP over radio links',
  camera: { payloadBytes: 60 },
};
