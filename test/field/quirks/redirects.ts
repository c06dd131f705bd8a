import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the camera redirects',
  seen: 'NVRs with media servers',
  camera: {
    reply: (reply, { method }) =>
      method === 'DESCRIBE'
        ? {
            ...reply,
            status: '302 Moved Temporarily',
            headers: [...reply.headers, ['Location', 'rtsp://127.0.0.1:9/x']],
          }
        : reply,
  },
  right: { code: 'camera-redirected', hint: /address/ },
};
