import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'rtsps is asked of a port of plain RTSP',
  seen: 'wrong port in settings',
  camera: {},
  source: { secure: true },
  right: { code: 'camera-timeout' },
};
