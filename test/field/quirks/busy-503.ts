import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'all sessions are taken: 503',
  seen: 'docker-wyze-bridge, Tapo',
  camera: {
    reply: (reply, { method }) =>
      method === 'DESCRIBE' ? { ...reply, status: '503 Service Unavailable' } : reply,
  },
  right: { code: 'camera-busy', hint: /as many viewers/ },
};
