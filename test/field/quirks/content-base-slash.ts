import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'Content-Base is /',
  seen: 'moonfire-nvr #356, mediamtx #825, monibuca #58, gortsplib PR 636',
  camera: {
    raw: (bytes, _request) => bytes.replace(/Content-Base: [^\r]*/, () => `Content-Base: ${'/'}`),
    reply: (reply, { method, uri }) =>
      method === 'SETUP' && !uri.startsWith('rtsp://') ? { ...reply, status: '400 Bad Request' } : reply,
  },
};
