/**
 * Simulated cameras that tell who reads them: `cameras.ts ADDRESS PORT COUNT`. Prints one line of JSON for each
 * session that begins or ends. Pictures are small: what is measured is not decoding.
 */
import { H264Encoder, quietFfmpeg } from '../../../workers/simulator/scenes/h264-encoder.ts';
import { createRtspServer } from '../../../workers/simulator/server/rtsp-server.ts';
import type { SessionStatus } from '../../../workers/simulator/server/session.ts';
import { type EncodedUnit, LoopSource } from '../../../workers/simulator/server/stream/loop-source.ts';
import type { SessionLine } from './ingests.ts';

const WIDTH = 160;
const HEIGHT = 120;
const FPS = 5;
const FRAMES = 10;
const LOOK_MS = 100;

const [host = '', port = '', count = ''] = process.argv.slice(2);
const units = await encode();
const source = () => new LoopSource({ codec: 'h264', units, framesPerSecond: FPS });
const paths = Array.from({ length: Number(count) }, (_, index) => `/${index + 1}`);
const server = createRtspServer({
  host,
  port: Number(port),
  streams: new Map(paths.map((path) => [path, source()])),
});
await server.listen();
let known = new Map<string, SessionStatus>();
setInterval(look, LOOK_MS);

function look(): void {
  const playing = server.stats().sessions.filter(({ isPlaying }) => isPlaying);
  const now = new Map(playing.map((session) => [session.id, session]));
  for (const [id, session] of now) if (!known.has(id)) print(session, true);
  for (const [id, session] of known) if (!now.has(id)) print(session, false);
  known = now;
}

function print({ id, path, client }: SessionStatus, isPlaying: boolean): void {
  console.log(JSON.stringify({ at: Date.now(), id, path, client, isPlaying } satisfies SessionLine));
}

async function encode(): Promise<EncodedUnit[]> {
  quietFfmpeg();
  const size = { width: WIDTH, height: HEIGHT, framesPerSecond: FPS, keyframeDistance: FPS };
  using encoder = await H264Encoder.open(size);
  const encoded: EncodedUnit[] = [];
  for (let index = 0; index < FRAMES; index += 1) {
    const luma = Buffer.alloc(WIDTH * HEIGHT, 60);
    luma.fill(200, index * WIDTH * 10, index * WIDTH * 10 + WIDTH * 4);
    encoded.push(await encoder.encode(Buffer.concat([luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)])));
  }
  return encoded;
}
