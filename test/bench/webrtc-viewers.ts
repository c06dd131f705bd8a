/**
 * WebRTC viewers in a process of their own, without a browser: `webrtc-viewers.ts ORIGIN CAMERA`.
 * Obeys lines on stdin, `open N`, `close` and `cycle N`, and answers each with a line of JSON.
 */
import { createInterface } from 'node:readline';
import { PeerConnection, RtcpReceivingSession, type Track } from 'node-datachannel';

const [origin = '', cameraId = '1'] = process.argv.slice(2);

interface Viewer {
  sessionId: string;
  connection: PeerConnection;
  tracks: Track[];
}

/** A visit that has no packet by then has failed. */
const FIRST_PACKET_MS = 10_000;
const MAX_TRIES = 5;
/** The library's threads have let go of a closed connection long before. */
const TRACK_LINGER_MS = 1000;

let viewers: Viewer[] = [];

/** Opens a session and waits for its first packet. */
async function open(): Promise<Viewer> {
  const { sessionId, offer } = await post(`/api/webrtc/stream/${cameraId}`, {});
  const viewer: Viewer = {
    sessionId,
    connection: new PeerConnection('bench', { iceServers: [] }),
    tracks: [],
  };
  try {
    await connect(viewer, offer.sdp);
  } catch (error) {
    await close(viewer);
    throw error;
  }
  return viewer;
}

async function connect({ sessionId, connection, tracks }: Viewer, offer: string): Promise<void> {
  const first = Promise.withResolvers<void>();
  const timer = setTimeout(() => first.reject(new Error('no packet came')), FIRST_PACKET_MS);
  first.promise.catch(() => {});
  connection.onTrack((track) => {
    tracks.push(track);
    // Set once and never changed: the library frees the old listener while its threads may be calling it.
    track.onMessage(() => first.resolve());
    // Answers sender reports: a viewer that is silent for 15 s is gone.
    track.setMediaHandler(new RtcpReceivingSession());
  });
  const gathered = Promise.withResolvers<void>();
  connection.onGatheringStateChange((state) => {
    if (state === 'complete') gathered.resolve();
  });
  // The answering side is connected first, and ready for a handshake that the other side begins: a message
  // that comes too early is repeated by the library after a whole second.
  connection.setRemoteDescription(offer.replaceAll('a=setup:actpass', 'a=setup:active'), 'offer');
  await gathered.promise;
  await post('/api/webrtc/answer', { sessionId, sdp: connection.localDescription()?.sdp });
  await first.promise.finally(() => clearTimeout(timer));
}

/** Tries as a player does, whose connection may be lost as it begins. */
async function openAtLast(): Promise<Viewer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
      process.stderr.write(`a viewer tries again: ${error}\n`);
    }
  }
}

async function close({ sessionId, connection, tracks }: Viewer): Promise<void> {
  // The library says no farewell, and a viewer that is merely gone is waited for.
  await fetch(`${origin}/api/webrtc/sessions/${sessionId}`, { method: 'DELETE' });
  connection.close();
  // A packet that the library hands over in this moment must still find the track's callbacks.
  setTimeout(() => {
    for (const track of tracks) track.close();
  }, TRACK_LINGER_MS);
}

// biome-ignore lint/suspicious/noExplicitAny: an answer of our own server
async function post(path: string, body: object): Promise<any> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
}

const commands: Record<string, (count: number) => Promise<object>> = {
  open: async (count) => {
    while (viewers.length < count) viewers.push(await openAtLast());
    return {};
  },
  close: async () => {
    for (const viewer of viewers) await close(viewer);
    viewers = [];
    return {};
  },
  cycle: async (count) => {
    const visitMs: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const begunAt = performance.now();
      await close(await openAtLast());
      visitMs.push(performance.now() - begunAt);
    }
    return { visitMs };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name = '', count = '0'] = line.split(' ');
  process.stdout.write(`${JSON.stringify(await commands[name]?.(Number(count)))}\n`);
}
process.exit(0);
