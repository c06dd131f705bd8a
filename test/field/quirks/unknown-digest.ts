import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'asks for a digest with an unknown algorithm',
  seen: 'firmware with a hash of its own',
  camera: {
    reply: (reply, { method }) =>
      method === 'DESCRIBE'
        ? {
            ...reply,
            status: '401 Unauthorized',
            headers: [...reply.headers, ['WWW-Authenticate', 'Digest realm="c", nonce="1", algorithm=SM3']],
          }
        : reply,
  },
  source: { username: 'a', password: 'b' },
  right: { code: 'camera-unknown-digest', hint: /MD5 or SHA-256/ },
};
