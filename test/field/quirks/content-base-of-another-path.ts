import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'Content-Base names a path where there is nothing',
  seen: 'Vivotek behind NAT',
  camera: {
    raw: (bytes) => bytes.replace(/(Content-Base: rtsp:..[^/]*)[^\r]*/, '$1/nowhere/'),
    reply: (reply, { method, uri }) =>
      method === 'SETUP' && uri.includes('nowhere') ? { ...reply, status: '404 Not Found' } : reply,
  },
};
