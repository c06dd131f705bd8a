/** Paths as several versions of MediaMTX tell them (`internal/defs/api_path.go` of each tag). */

const SINCE = '2026-08-22T10:00:00.123456789+02:00';
/** Go's zero time: what was never set. */
export const NEVER = '0001-01-01T00:00:00Z';

/** A live H.264 camera that is pulled by RTSP, by version. */
export const LIVE = {
  'v1.9': {
    name: 'yard',
    confName: 'yard',
    source: { type: 'rtspSource', id: '' },
    ready: true,
    readyTime: SINCE,
    tracks: ['H264', 'MPEG-4 Audio'],
    bytesReceived: 1000,
    bytesSent: 50,
    readers: [{ type: 'hlsMuxer', id: '' }],
  },
  'v1.15': {
    name: 'yard',
    confName: 'yard',
    source: { type: 'rtspSource', id: '' },
    ready: true,
    readyTime: SINCE,
    tracks: ['H264', 'MPEG-4 Audio'],
    bytesReceived: 1000,
    bytesSent: 50,
    readers: [{ type: 'webRTCSession', id: '4f2c' }],
  },
  'v1.16': {
    name: 'yard',
    confName: 'yard',
    ready: true,
    readyTime: SINCE,
    available: true,
    availableTime: SINCE,
    online: true,
    onlineTime: SINCE,
    source: { type: 'rtspSource', id: '' },
    tracks: ['H264', 'MPEG-4 Audio'],
    readers: [{ type: 'webRTCSession', id: '4f2c' }],
    bytesReceived: 1000,
    bytesSent: 50,
  },
  'v1.17': {
    name: 'yard',
    confName: 'yard',
    ready: true,
    readyTime: SINCE,
    available: true,
    availableTime: SINCE,
    online: true,
    onlineTime: SINCE,
    source: { type: 'rtspSource', id: '' },
    tracks: ['H264', 'MPEG-4 Audio'],
    tracks2: [
      { codec: 'H264', codecProps: { width: 1920, height: 1080, profile: 'High', level: '4.1' } },
      { codec: 'MPEG-4 Audio', codecProps: { sampleRate: 48000, channelCount: 2 } },
    ],
    readers: [{ type: 'hlsMuxer', id: '' }],
    inboundBytes: 1000,
    outboundBytes: 50,
    inboundFramesInError: 0,
    bytesReceived: 1000,
    bytesSent: 50,
  },
  'v1.20': {
    name: 'yard',
    confName: 'yard',
    ready: true,
    readyTime: SINCE,
    available: true,
    availableTime: SINCE,
    online: true,
    onlineTime: SINCE,
    source: { type: 'rtspSource', id: '' },
    tracks: ['H264', 'MPEG-4 Audio'],
    tracks2: [
      { codec: 'H264', codecProps: { width: 1920, height: 1080, profile: 'High', level: '4.1' } },
      { codec: 'MPEG-4 Audio', codecProps: { sampleRate: 48000, channelCount: 2 } },
    ],
    readers: [
      { type: 'hlsSession', id: 'a1' },
      { type: 'hlsSession', id: 'a2' },
    ],
    inboundBytes: 1000,
    outboundBytes: 50,
    inboundFramesInError: 0,
    bytesReceived: 1000,
    bytesSent: 50,
  },
  'a version to come': {
    name: 'yard',
    confName: 'yard',
    available: true,
    availableTime: SINCE,
    online: true,
    onlineTime: SINCE,
    source: { type: 'quicSource', id: '', since: SINCE },
    tracks2: [
      { codec: 'H264', codecProps: { width: 1920, height: 1080 } },
      { codec: 'Smell-O-Vision', codecProps: null },
    ],
    readers: [{ type: 'hologramSession', id: 'x' }],
    inboundBytes: 1000,
    outboundBytes: 50,
    mood: { calm: true },
  },
} as const;

/** A live path of v1.20 under some name. */
export function livePath(name: string, more: object = {}): object {
  return { ...LIVE['v1.20'], name, confName: name, ...more };
}

/** A configured camera of v1.20 that does not answer: it is told to be online all the same. */
export function deadPath(name: string, more: object = {}): object {
  return livePath(name, {
    ready: false,
    readyTime: null,
    available: false,
    availableTime: null,
    online: true,
    onlineTime: NEVER,
    tracks: [],
    tracks2: [],
    readers: [],
    inboundBytes: 0,
    outboundBytes: 0,
    bytesReceived: 0,
    bytesSent: 0,
    ...more,
  });
}

/** A path without a publisher, known only because a reader asked for it. */
export function ghostPath(name: string): object {
  return deadPath(name, { confName: 'all_others', source: null, online: false, onlineTime: null });
}
