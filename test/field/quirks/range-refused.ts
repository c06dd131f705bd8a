import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'PLAY is taken without Range alone',
  seen: 'some Axis and Sony models',
  camera: {
    reply: (reply, { method, headers }) =>
      method === 'PLAY' && headers.range !== undefined ? { ...reply, status: '457 Invalid Range' } : reply,
  },
};
