import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'GET_PARAMETER alone is a sign of life',
  seen: 'live555 servers with a liveness test',
  camera: {
    timeoutMs: 2000,
    isSignOfLife: ({ method }) => method !== 'OPTIONS',
    raw: (bytes) => bytes.replace('timeout=60', 'timeout=2'),
  },
  seconds: 5,
};
