/** Every route of the gateway that takes something, with a request that is right. */

/** One route; `:id` in its path stands for what a client chooses. */
export interface KnownRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  /** JSON of a right request. */
  body?: Record<string, unknown>;
  /** Parameters of a right query. */
  query?: Record<string, unknown>;
}

const CAMERA = { id: 'fuzz', name: 'Fuzz', location: 'Here', ip: '192.0.2.1', port: 554, username: 'admin' };
const WATCH = {
  cameraId: '1',
  skill: 'query',
  prompt: 'Is the gate open?',
  everySeconds: 60,
  condition: { kind: 'yes' },
};

export const REQUESTS: readonly KnownRequest[] = [
  { method: 'GET', path: '/api/cameras', query: { limit: 10, cursor: 'a' } },
  { method: 'POST', path: '/api/cameras', body: { ...CAMERA, enabled: false } },
  {
    method: 'PATCH',
    path: '/api/cameras/:id',
    body: { name: 'Other', url: 'rtsp://192.0.2.1/1', enabled: false },
  },
  { method: 'DELETE', path: '/api/cameras/:id' },
  { method: 'GET', path: '/api/cameras/:id' },
  { method: 'GET', path: '/api/cameras/:id/status' },
  {
    method: 'GET',
    path: '/api/cameras/:id/frame',
    query: { width: 320, quality: 80, maxAgeMs: 'any', seq: 1 },
  },
  {
    method: 'POST',
    path: '/api/cameras/connect',
    body: { cameraId: '1', ip: '192.0.2.1', port: 554, streamPath: '/1' },
  },
  {
    method: 'POST',
    path: '/api/cameras/connect',
    body: { cameraId: '1', url: 'rtsp://a:b@192.0.2.1/1', transport: 'tcp' },
  },
  { method: 'POST', path: '/api/cameras/disconnect', body: { cameraId: '1' } },
  { method: 'POST', path: '/api/cameras/import', body: { version: 1, cameras: [CAMERA], replace: false } },
  { method: 'POST', path: '/api/cameras/test', body: CAMERA },
  { method: 'GET', path: '/api/cameras/export', query: { passwords: 'false' } },
  {
    method: 'POST',
    path: '/api/camera-streams',
    body: { cameraId: '9', cameraDescription: 'x', streamType: 'rtsp', rtspUrl: 'rtsp://192.0.2.1/1' },
  },
  { method: 'GET', path: '/api/camera-streams/:id' },
  { method: 'GET', path: '/api/camera-streams/:id/video' },
  { method: 'DELETE', path: '/api/camera-streams/:id' },
  {
    method: 'POST',
    path: '/trpc/cameraStream.add',
    body: { cameraId: '8', streamType: 'rtsp', rtspUrl: 'rtsp://192.0.2.1/1' },
  },
  {
    method: 'GET',
    path: '/api/deliveries',
    query: { status: 'pending', cameraId: '1', limit: 5, cursor: '1' },
  },
  { method: 'POST', path: '/api/deliveries/:id/retry', body: {} },
  { method: 'GET', path: '/api/devices', query: { device_type: 'camera', active_only: 'false' } },
  {
    method: 'GET',
    path: '/api/events',
    query: { cameraId: '1', kind: 'motion', state: 'open', limit: 5, cursor: '1' },
  },
  { method: 'GET', path: '/api/events/:id' },
  { method: 'GET', path: '/api/events/:id/snapshot' },
  { method: 'POST', path: '/api/watches', body: WATCH },
  { method: 'PATCH', path: '/api/watches/:id', body: WATCH },
  { method: 'GET', path: '/api/watches/:id' },
  { method: 'DELETE', path: '/api/watches/:id' },
  {
    method: 'POST',
    path: '/api/moondream/query',
    body: { image_url: 'data:image/png;base64,iVBORw0KGgo=', question: 'x' },
  },
  { method: 'POST', path: '/api/moondream/detect', body: { cameraId: '1', object: 'x' } },
  { method: 'GET', path: '/api/moondream/frames/:id' },
  { method: 'POST', path: '/api/reason/ask', body: { cameraIds: ['1'], question: 'x', answer: 'yesno' } },
  { method: 'POST', path: '/api/reason/find', body: { cameraIds: ['*'], object: 'x', area: [0, 0, 1, 1] } },
  { method: 'GET', path: '/api/reason/history', query: { cameraId: '1', q: 'x', limit: 5, cursor: '1' } },
  { method: 'DELETE', path: '/api/reason/history/:id' },
  { method: 'GET', path: '/api/reason/pictures/:id' },
  { method: 'PATCH', path: '/api/reason/settings', body: { preferred: 'vlm' } },
  { method: 'POST', path: '/api/webrtc/offer', body: { cameraId: '1' } },
  { method: 'POST', path: '/api/webrtc/stream/:id', body: {} },
  { method: 'POST', path: '/api/webrtc/answer', body: { sessionId: '1_0', sdp: 'v=0', type: 'answer' } },
  {
    method: 'POST',
    path: '/api/webrtc/candidate',
    body: { sessionId: '1_0', candidate: 'candidate:1', sdpMid: '0' },
  },
  { method: 'DELETE', path: '/api/webrtc/sessions/:id' },
  { method: 'POST', path: '/api/auth/login', body: { token: 'x' } },
  { method: 'POST', path: '/api/tickets', body: { path: '/ws' } },
];
