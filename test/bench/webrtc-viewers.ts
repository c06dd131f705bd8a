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
  firstPacketMs: number;
}

let viewers: Viewer[] = [];

/** Opens a session and waits for its first packet. */
async function open(): Promise<Viewer> {
  const begunAt = performance.now();
  const { sessionId, offer } = await post(`/api/webrtc/stream/${cameraId}`, {});
  const connection = new PeerConnection('bench', { iceServers: [] });
  const viewer: Viewer = { sessionId, connection, tracks: [], firstPacketMs: 0 };
  const first = Promise.withResolvers<void>();
  connection.onTrack((track) => {
    viewer.tracks.push(track);
    // Counting every packet in JavaScript would cost the machine more than what is measured.
    track.onMessage(() => first.resolve());
    // Answers sender reports: a viewer that is silent for 15 s is gone.
    track.setMediaHandler(new RtcpReceivingSession());
  });
  const gathered = Promise.withResolvers<void>();
  connection.onGatheringStateChange((state) => {
    if (state === 'complete') gathered.resolve();
  });
  connection.setRemoteDescription(offer.sdp, 'offer');
  await gathered.promise;
  await post('/api/webrtc/answer', { sessionId, sdp: connection.localDescription()?.sdp });
  await first.promise;
  viewer.firstPacketMs = performance.now() - begunAt;
  for (const track of viewer.tracks) track.onMessage(() => {});
  return viewer;
}

/** Tries as a player does, whose connection may be lost as it begins. */
async function openAtLast(): Promise<Viewer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await open();
    } catch (error) {
      if (tries === 5) throw error;
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
  }, 1000);
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
    return { firstPacketMs: viewers.map(({ firstPacketMs }) => firstPacketMs) };
  },
  close: async () => {
    for (const viewer of viewers) await close(viewer);
    viewers = [];
    return {};
  },
  cycle: async (count) => {
    for (let index = 0; index < count; index += 1) await close(await openAtLast());
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name = '', count = '0'] = line.split(' ');
  process.stdout.write(`${JSON.stringify(await commands[name]?.(Number(count)))}\n`);
}
process.exit(0);
