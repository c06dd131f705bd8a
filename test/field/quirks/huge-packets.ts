import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'a picture comes in one packet of up to 60 kB',
  seen: 'cameras that ignore the MTU over TCP',
  camera: { payloadBytes: 60_000 },
};
