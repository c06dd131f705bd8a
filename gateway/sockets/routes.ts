/** `/ws`: frames of all cameras over one WebSocket (docs/contract.md, section 2). */
import { serverMessageSchema } from '#shared/contract/socket.ts';
import { clientMessageSchema } from '#shared/frames/subscription.ts';
import { type RouteGroup, route } from '../http/route.ts';

const DESCRIPTION = `A second \`subscribe\` replaces the first, unless it says \`multiple\`. A subscription to a camera that is offline, or not there yet, starts to deliver when the camera does. A client that is slow gets fewer, newest frames.

With \`encoding: "binary"\` each frame is one binary message, numbers big-endian: version 1 (u8), flags (u8), length of the camera id (u16), timestamp (f64, Unix seconds), sequence (u32), width (u16), height (u16), camera id (UTF-8), JPEG. With \`"notify"\` the message holds no picture but its \`url\`.

With \`detections: true\` what analysis sees comes as messages of its own, \`detections\` for now and \`event\` when one starts, changes or ends.

What cannot be done is answered with an \`error\` and the socket stays open. The server pings every 12 s.`;

/** The socket for frames. */
export function frameSocketRoutes(): RouteGroup {
  return {
    name: 'Frames over WebSocket',
    description:
      'Frames of one or more cameras, pushed. For video in a browser see WebRTC and the transports beside it.',
    routes: [
      route({
        id: 'openFrameSocket',
        method: 'get',
        path: '/ws',
        access: 'viewer',
        cameraScope: 'handled',
        summary: 'A WebSocket for frames and detections',
        description: DESCRIPTION,
        answers: { 101: { description: 'The socket is open.' } },
        errors: ['draining', 'too-many-requests'],
        socket: {
          client: clientMessageSchema,
          server: serverMessageSchema,
          examples: {
            'One camera': { action: 'subscribe', cameraId: '1' },
            'Several cameras, small pictures': {
              action: 'subscribe',
              cameraId: '2',
              fps: 5,
              width: 640,
              quality: 70,
              encoding: 'binary',
              multiple: true,
            },
            'For apps that load pictures natively': {
              action: 'subscribe',
              cameraId: '1',
              encoding: 'notify',
            },
            'With what analysis sees': { action: 'subscribe', cameraId: '1', detections: true },
            'No more of it': { action: 'unsubscribe' },
            'Are you there?': { action: 'ping' },
          },
        },
      }),
    ],
  };
}
