import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'the camera redirects to another path of its own',
  seen: 'NVRs and MediaMTX (a path that redirects), FFmpeg rtsp.c (follows 3xx)',
  camera: {
    reply: (reply, { method, uri }) =>
      method === 'DESCRIBE' && uri.endsWith('/live')
        ? {
            ...reply,
            status: '302 Moved Temporarily',
            headers: [...reply.headers, ['Location', uri.replace('/live', '/moved')]],
          }
        : reply,
  },
};
