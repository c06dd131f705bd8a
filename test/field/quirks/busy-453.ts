import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'all sessions are taken: 453',
  seen: 'docker-wyze-bridge, Tapo',
  camera: {
    reply: (reply, { method }) =>
      method === 'SETUP' ? { ...reply, status: '453 Not Enough Bandwidth' } : reply,
  },
  right: { code: 'camera-busy', hint: /as many viewers/ },
};
