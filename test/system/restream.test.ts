import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { Packet, VideoTrack } from '#shared/media/packet.ts';
import { createRtspSource } from '../../workers/rtsp/source/rtsp/rtsp-source.ts';
import { createRtspServer, type RtspServer } from '../../workers/simulator/server/rtsp-server.ts';
import { type EncodedUnit, LoopSource } from '../../workers/simulator/server/stream/loop-source.ts';
import { cameraSource } from '../support/camera-source.ts';
import { freePort } from '../support/free-port.ts';
import { requestJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { RtspClient } from '../support/rtsp-reader.ts';
import { aacTone } from '../support/tone.ts';
import { waitFor } from '../support/wait-for.ts';
import { encodeMaterial } from '../workers/simulator/support/material.ts';

const CODECS = ['h264', 'hevc', 'mjpeg'] as const;
const FPS = 25;
const ROUND = 10;
const TOKEN = 'T0kenOfTheAdministrator-0123456789';
const VIEWER_TOKEN = 'T0kenOfAViewer-0123456789-0123456789';
const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [],
};

describe('The gateway as an RTSP server', function () {
  this.timeout(90_000);
  const units = new Map<string, EncodedUnit[]>();
  let cameras: RtspServer;
  let gateway: RunningProcess;
  let port: number;

  before(async () => {
    for (const codec of CODECS) units.set(codec, await encodeMaterial(codec, { count: ROUND }));
    const audio = await aacTone();
    const streams = new Map(
      CODECS.map((codec) => {
        const source = { codec, units: units.get(codec) as EncodedUnit[], framesPerSecond: FPS };
        return [`/${codec}`, new LoopSource({ ...source, ...(codec === 'h264' ? { audio } : {}) })];
      }),
    );
    cameras = createRtspServer({ streams });
    await cameras.listen();
    port = await freePort();
    // In public mode no client is trusted for being on this machine.
    gateway = await startGateway({
      RTSP_PORT: String(port),
      PUBLIC: 'on',
      API_TOKEN: TOKEN,
      VIEWER_TOKEN,
    });
    await waitFor(async () => (await fetch(`${gateway.origin}/readyz`)).ok, { message: 'the workers' });
    for (const path of streams.keys()) {
      const body = { cameraId: path.slice(1), url: cameras.url(path) };
      expect((await api('/api/cameras/connect', body)).status).to.equal(200);
    }
  });

  after(async () => {
    await gateway?.end();
    await cameras?.close();
  });

  const api = (path: string, body?: object, method = 'POST') =>
    requestJson(method, `${gateway.origin}${path}`, { body, headers: { authorization: `Bearer ${TOKEN}` } });

  /** Receives with our own client, which proves itself by digest. */
  async function receive(path: string, transport: 'tcp' | 'udp', isEnough: (got: Received) => boolean) {
    const got: Received = { track: undefined, packets: [], sound: [] };
    const abort = new AbortController();
    const failure = createRtspSource({ policy: POLICY })(
      cameraSource(port, { host: '127.0.0.1', path, transport, username: 'any', password: VIEWER_TOKEN }),
      {
        onTrack: (track) => {
          got.track = track;
        },
        onPacket: (packet) => {
          got.packets.push(packet);
          if (isEnough(got)) abort.abort();
        },
        onAudio: (packet) => void got.sound.push(packet),
      },
      abort.signal,
    ).catch((error: unknown) => error);
    const error = await failure;
    if (!abort.signal.aborted) throw error;
    return got;
  }

  for (const transport of ['tcp', 'udp'] as const)
    for (const codec of CODECS)
      it(`gives ${codec} on untouched over ${transport}, from a keyframe on`, async () => {
        const { track, packets } = await receive(
          `/${codec}`,
          transport,
          (got) => got.packets.length >= 2 * ROUND,
        );
        expect(track?.codec).to.equal(codec);
        expect(packets[0]?.keyframe).to.equal(true);
        const sent = new Set((units.get(codec) as EncodedUnit[]).map(({ data }) => picture(codec, data)));
        const whole = packets.filter(({ data }) => sent.has(picture(codec, data)));
        expect(whole.length).to.be.at.least(packets.length - 1);
      });

  it('gives sound on, in the codec of the camera and in time with the picture', async () => {
    const { track, sound } = await receive('/h264', 'tcp', ({ sound }) => sound.length > 20);
    expect(track?.audio).to.include({ codec: 'aac' });
    expect(sound.every(({ data }) => data.length > 0)).to.equal(true);
  });

  it('has one session with the camera for all readers', async () => {
    const both = Promise.all([1, 2].map(() => receive('/h264', 'tcp', (got) => got.packets.length > ROUND)));
    await waitFor(() => cameras.stats().sessions.filter(({ path }) => path === '/h264').length === 1);
    await both;
    expect(cameras.stats().sessions.filter(({ path }) => path === '/h264')).to.have.length(1);
  });

  describe('asks who a client is', () => {
    let client: RtspClient;
    beforeEach(async () => {
      client = await RtspClient.open(port);
    });
    afterEach(() => client.close());

    it('before anything but OPTIONS, by digest', async () => {
      expect((await client.ask('OPTIONS', '/h264')).header('public')).to.include('DESCRIBE');
      const { status, header } = await client.ask('DESCRIBE', '/h264');
      expect([status, header('www-authenticate')?.split(' ')[0]]).to.deep.equal([401, 'Digest']);
      const setUp = await client.ask('SETUP', '/h264/trackID=0', {
        Transport: 'RTP/AVP/TCP;interleaved=0-1',
      });
      expect(setUp.status).to.equal(401);
    });

    it('and takes a token with any user name, also by Basic, and no wrong one', async () => {
      const wrong = await client.askAs('DESCRIBE', '/h264', { username: 'x', password: 'wrong' });
      expect(wrong.status).to.equal(401);
      const basic = `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`;
      const { status, body } = await client.ask('DESCRIBE', '/h264', { Authorization: basic });
      expect(status).to.equal(200);
      expect(body).to.include('H264/90000').and.to.include('MPEG4-GENERIC');
    });

    it('and shows a key its cameras alone, until it ends', async () => {
      const { body: key } = await api('/api/keys', { name: 'recorder', scope: 'view', cameras: ['h264'] });
      const access = { username: key.id, password: key.key };
      const other = await client.askAs('DESCRIBE', '/hevc', access);
      expect(other.status).to.equal(404);
      const { status } = await client.askAs('DESCRIBE', '/h264', access);
      expect(status).to.equal(200);
      expect((await client.ask('DESCRIBE', '/hevc')).status).to.equal(404);
      const setUp = await client.ask('SETUP', '/h264/trackID=0', {
        Transport: 'RTP/AVP/TCP;interleaved=0-1',
      });
      const session = setUp.header('session')?.split(';')[0] ?? '';
      expect((await client.ask('PLAY', '/h264', { Session: session })).status).to.equal(200);
      await waitFor(() => client.packets > 5, { message: 'packets' });
      await api(`/api/keys/${key.id}`, undefined, 'DELETE');
      await waitFor(() => client.isClosed, { message: 'the connection to end with its key' });
    });

    it('and tells of unknown cameras and other languages', async () => {
      const unknown = await client.askAs('DESCRIBE', '/nothing', { username: 'x', password: VIEWER_TOKEN });
      expect(unknown.status).to.equal(404);
      const browser = await RtspClient.open(port);
      browser.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      await waitFor(() => browser.isClosed, { message: 'the connection to end' });
    });
  });

  describe('is read by', () => {
    const url = (codec: string): string => `rtsp://any:${VIEWER_TOKEN}@127.0.0.1:${port}/${codec}`;

    /** Runs a program to its end. @returns what it printed */
    async function run(command: string, args: string[], options: object = {}): Promise<string> {
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
      let output = '';
      const { stdout, stderr } = child;
      stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      stderr?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      const [code] = await once(child, 'close');
      clearTimeout(timer);
      if (code !== 0) throw new Error(`${command} ended with ${code}: ${output}`);
      return output;
    }

    for (const transport of ['tcp', 'udp'])
      it(`ffmpeg over ${transport}, picture and sound`, async function () {
        requirePeer(this, 'ffmpeg');
        const flags = ['-v', 'error', '-stats', '-rtsp_transport', transport, '-i', url('h264'), '-t', '2'];
        const printed = await run('ffmpeg', [...flags, '-map', '0', '-f', 'framecrc', '-']);
        const streams = new Set([...printed.matchAll(/^(\d), /gm)].map(([, stream]) => stream));
        expect([...streams].sort()).to.deep.equal(['0', '1']);
      });

    for (const codec of CODECS)
      it(`ffmpeg, ${codec}, all pictures whole`, async function () {
        requirePeer(this, 'ffmpeg');
        const flags = ['-v', 'error', '-rtsp_transport', 'tcp', '-i', url(codec), '-frames:v', '20'];
        const printed = await run('ffmpeg', [...flags, '-an', '-f', 'framecrc', '-']);
        expect(printed.match(/^0, /gm)).to.have.length(20);
      });

    for (const [protocol, codec, depay] of [
      ['tcp', 'h264', 'rtph264depay'],
      ['udp', 'hevc', 'rtph265depay'],
      ['udp', 'mjpeg', 'rtpjpegdepay'],
    ] as const)
      it(`GStreamer, ${codec} over ${protocol}`, async function () {
        requirePeer(this, 'GStreamer with rtspsrc');
        const location = `location=rtsp://127.0.0.1:${port}/${codec}`;
        const source = [
          'rtspsrc',
          location,
          'user-id=any',
          `user-pw=${VIEWER_TOKEN}`,
          `protocols=${protocol}`,
        ];
        const pipeline = ['-q', ...source, '!', depay, '!', 'fakesink', 'num-buffers=30'];
        // At its end, with all pictures, it may send PAUSE after its own TEARDOWN, and fail over that.
        await run('gst-launch-1.0', pipeline).catch((error: Error) =>
          expect(error.message).to.include('gst_rtspsrc_pause'),
        );
      });
  });
});

interface Received {
  track: VideoTrack | undefined;
  packets: Packet[];
  sound: AudioPacket[];
}

/** What of an access unit must arrive as it was: delimiters and tables in front of the scan need not. */
function picture(codec: string, data: Buffer): string {
  const scan = data.indexOf(Buffer.from([0xff, 0xda]));
  if (codec === 'mjpeg') return data.subarray(scan + 2 + data.readUInt16BE(scan + 2)).toString('latin1');
  return data.subarray(-Math.min(data.length, 64)).toString('latin1');
}
