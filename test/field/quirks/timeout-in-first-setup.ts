import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'a time-out of 2 s is named in the first SETUP alone',
  seen: 'mediamtx #1066, retina #133 and #136 (Tapo)',
  camera: {
    hasSound: true,
    timeoutMs: 2000,
    reply: (reply, { method }, session) =>
      method === 'SETUP'
        ? {
            ...reply,
            headers: reply.headers.map(([name, value]) => [
              name,
              name === 'Session' ? (session.setups.length === 1 ? '1;timeout=2' : '1') : value,
            ]),
          }
        : reply,
  },
  seconds: 5,
  right: { hasSound: true },
};
