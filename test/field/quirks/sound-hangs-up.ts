import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'hangs up when the sound is set up',
  seen: 'cameras without a licence for AAC',
  camera: {
    hasSound: true,
    reply: (reply, { method }, session) => {
      if (method === 'SETUP' && session.setups.length > 1) session.hangUp();
      return reply;
    },
  },
};
