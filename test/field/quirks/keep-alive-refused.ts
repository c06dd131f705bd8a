import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'GET_PARAMETER is refused under the number before and is no sign of life',
  seen: 'retina #133 (C520WS), #136 (Tapo C220)',
  camera: {
    timeoutMs: 2000,
    isSignOfLife: ({ method }) => !method.endsWith('_PARAMETER'),
    raw: (bytes) => bytes.replace('timeout=60', 'timeout=2'),
    reply: (reply, { method, headers }) =>
      method === 'GET_PARAMETER'
        ? { status: '400 Bad Request', headers: [['CSeq', String(Number(headers.cseq) - 1)]], body: '' }
        : reply,
  },
  seconds: 5,
};
