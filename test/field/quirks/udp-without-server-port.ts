import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the answer to UDP names no port of the camera',
  seen: 'mediamtx #4253',
  camera: { raw: (bytes) => bytes.replace(/;server_port=[\d-]+/, '') },
  source: { transport: 'udp' },
};
