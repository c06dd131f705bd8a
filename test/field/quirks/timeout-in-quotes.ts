import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the time-out is in quotes, with spaces',
  seen: 'Arlo, Ring bridges',
  camera: {
    timeoutMs: 2000,
    reply: (reply, { method }) =>
      method === 'SETUP'
        ? {
            ...reply,
            headers: reply.headers.map(([name, value]) => [
              name,
              name === 'Session' ? '1 ; timeout = "2"' : value,
            ]),
          }
        : reply,
  },
  seconds: 5,
};
