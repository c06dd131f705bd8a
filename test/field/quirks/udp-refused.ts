import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'UDP is refused with 461',
  seen: 'cameras behind gateways',
  camera: {
    reply: (reply, { method, headers }) =>
      method === 'SETUP' && !headers.transport?.includes('TCP')
        ? { ...reply, status: '461 Unsupported Transport' }
        : reply,
  },
  source: { transport: 'udp' },
};
