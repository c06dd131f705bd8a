import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'TCP is refused with 461',
  seen: 'moonfire-nvr #192, retina #103',
  camera: {
    reply: (reply, { method, headers }) =>
      method === 'SETUP' && headers.transport?.includes('TCP')
        ? { ...reply, status: '461 Unsupported Transport' }
        : reply,
  },
};
