import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'SETUP of the sound is refused',
  seen: 'Reolink doorbells',
  camera: {
    hasSound: true,
    reply: (reply, { method }, session) =>
      method === 'SETUP' && session.setups.length > 1
        ? { ...reply, status: '500 Internal Server Error' }
        : reply,
  },
};
