import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'OPTIONS is not known',
  seen: 'cameras of the first generation',
  camera: {
    reply: (reply, { method }) =>
      method === 'OPTIONS' ? { ...reply, status: '501 Not Implemented' } : reply,
  },
};
