import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'DESCRIBE is answered late',
  seen: 'eufy_security #198, MediaMTX sources on demand',
  camera: {
    reply: async (reply, { method }) =>
      method === 'DESCRIBE' ? new Promise((resolve) => setTimeout(resolve, 2500, reply)) : reply,
  },
};
