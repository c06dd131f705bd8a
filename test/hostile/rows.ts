/** Hostile cameras and clients: each runs in a process of its own, beside ordinary cameras that must not notice. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { Random } from '../soak/random.ts';
import { h264Idr, h264Pps, h264Slice, h264Sps } from '../support/bitstream.ts';
import { cmovBomb } from '../support/cmov-bomb.ts';
import { AAC_LINES, h264Sdp, MJPEG_SDP, type PeerScript, playH264, serveRtsp } from './rtsp-peer.ts';

/** Where a row acts. */
export interface Target {
  /** Of the gateway. */
  origin: string;
  /** Where its camera listens. */
  port: number;
  /** Of its own camera; of an ordinary one for clients. */
  cameraId: string;
}

/** One line of the table. */
export interface Row {
  name: string;
  does: string;
  /** Starts its camera. */
  camera?: PeerScript;
  /** Acts as a client, once its camera is registered. */
  client?: (target: Target) => Promise<void> | void;
  /** How long it acts; six seconds by default. */
  seconds?: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const jpegHead = (offset: number): Buffer =>
  Buffer.from([0, (offset >> 16) & 255, (offset >> 8) & 255, offset & 255, 1, 50, 2, 2]);
const wildSdp = (lines: string): string => `v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\n${lines}`;

/** Comes again whenever its socket ends, as a player does. */
function watchMse(target: Target): void {
  const { origin, cameraId } = target;
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws/mse/${cameraId}`);
  socket.on('error', () => {});
  socket.on('close', () => setTimeout(watchMse, 300, target));
}

async function pollHls({ origin, cameraId }: Target): Promise<void> {
  for (;;) {
    await fetch(`${origin}/hls/${cameraId}/index.m3u8`, { signal: AbortSignal.timeout(5000) })
      .then((response) => response.text())
      .catch(() => {});
    await pause(500);
  }
}

async function takeSnapshots({ origin, cameraId }: Target, query = ''): Promise<void> {
  for (;;) {
    await fetch(`${origin}/api/cameras/${cameraId}/frame${query}`)
      .then((response) => response.arrayBuffer())
      .catch(() => {});
    await pause(200);
  }
}

const watchAll = (target: Target): void => {
  watchMse(target);
  void pollHls(target);
  void takeSnapshots(target);
};

/** Asks for a path again and again, a connection each. */
function ask({ origin }: Target, perSecond: number, path: string, headers = ''): void {
  const { port } = new URL(origin);
  setInterval(() => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    socket.once('data', () => socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: camera.example\r\n${headers}\r\n`);
  }, 1000 / perSecond);
}

const NOISY_SETS = Array.from({ length: 200 }, (_, index) => h264Sps({ aspect: [1 + index, 1] }));

/** Every row, cameras first. */
export const ROWS: readonly Row[] = [
  {
    name: 'SDP: codec name of 240 KB',
    does: 'names its codec a.a.a...',
    camera: { sdp: wildSdp(`m=video 0 RTP/AVP 96\r\na=rtpmap:96 ${'a.'.repeat(120_000)}/90000\r\n`) },
  },
  {
    name: 'SDP: 250 KB of tracks',
    does: 'offers 20,000 tracks of video',
    camera: { sdp: wildSdp('m=video 0 RTP\r\n'.repeat(16_000)) },
  },
  {
    name: 'SDP: 60,000 parameter sets',
    does: 'announces sets of one byte',
    camera: {
      sdp: h264Sdp(Buffer.from('x'), Buffer.from('y')).replace('eA==,eQ==', 'aA==,'.repeat(45_000)),
      play: playH264(),
    },
    client: watchAll,
  },
  {
    name: 'challenge of 15 KB',
    does: 'asks for a digest with open quotes',
    camera: {
      sdp: '',
      onRequest: (_method, cseq, socket) =>
        socket.write(
          `RTSP/1.0 401 No\r\nCSeq: ${cseq}\r\nWWW-Authenticate: Digest ${'a="'.repeat(5000)}\r\n\r\n`,
        ),
    },
  },
  {
    name: 'answer in single bytes',
    does: 'sends a body of 200 KB byte by byte',
    camera: {
      sdp: '',
      onRequest: (method, cseq, socket) => {
        if (method !== 'DESCRIBE') return false;
        socket.setNoDelay(true);
        socket.write(
          `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n${'X: y\r\n'.repeat(2500)}Content-Length: 200000\r\n\r\n`,
        );
        const timer = setInterval(() => {
          for (let count = 0; count < 50 && !socket.destroyed; count += 1) socket.write('x');
        }, 1);
        socket.on('close', () => clearInterval(timer));
        return true;
      },
    },
  },
  ...(['aspect', 'width', 'crop'] as const).map((kind): Row => {
    const sps = {
      aspect: h264Sps({ aspect: [65_000, 1] }),
      width: h264Sps({ width: 5000, height: 2 }),
      crop: h264Sps({ crop: [400, 400, 0, 0] }),
    }[kind];
    return {
      name: `SPS: impossible ${kind}`,
      does: 'sends a set that MP4 has no room for; MSE, HLS and snapshots ask',
      camera: { sdp: h264Sdp(sps), play: playH264(sps) },
      client: watchAll,
    };
  }),
  {
    name: 'SPS: 16000x16000',
    does: 'sends pictures of 256 megapixels; MSE, HLS and snapshots ask',
    camera: {
      sdp: h264Sdp(h264Sps({ width: 1000, height: 1000 })),
      play: playH264(h264Sps({ width: 1000, height: 1000 })),
    },
    client: watchAll,
  },
  {
    name: 'picture of 116 days',
    does: 'announces 0.0000001 pictures a second beside sound',
    camera: {
      sdp: h264Sdp(h264Sps(), h264Pps(), `a=framerate:0.0000001\r\n${AAC_LINES}`),
      play: playH264(),
    },
    client: watchAll,
  },
  {
    name: 'clock that jumps',
    does: 'gives each picture a random time beside sound',
    camera: {
      sdp: h264Sdp(h264Sps(), h264Pps(), AAC_LINES),
      play: playH264(h264Sps(), (index) => (index * 2_654_435_761) % 2 ** 32),
    },
    client: watchAll,
  },
  {
    name: 'clock that stands still',
    does: 'gives 500 pictures a second the same time',
    camera: {
      sdp: h264Sdp(),
      play: (sender) => sender.every(500, (index) => sender.picture([h264Slice(index)], 1 + (index >> 6))),
    },
    client: watchAll,
  },
  {
    name: 'flood of parameter sets',
    does: 'sends 1,000 keyframes a second, each with a new set',
    camera: {
      sdp: h264Sdp(),
      play: (sender) =>
        sender.every(1000, (index) =>
          sender.picture([NOISY_SETS[index % 200] as Buffer, h264Pps(), h264Idr(index)], index),
        ),
    },
    client: watchAll,
  },
  {
    name: 'flood of tiny NAL units',
    does: 'sends pictures of 20,000 NAL units',
    camera: {
      sdp: h264Sdp(),
      play: (sender) => {
        const tiny = Buffer.concat(Array.from({ length: 15_000 }, () => Buffer.from([0, 2, 0x0c, 0x80])));
        sender.every(10, (index) => {
          const aggregate = Buffer.concat([Buffer.from([24]), tiny]);
          return sender.picture([h264Sps(), h264Pps(), aggregate, aggregate, h264Idr(index)], index * 9000);
        });
      },
    },
    client: watchAll,
  },
  {
    name: 'group without end',
    does: 'sends one keyframe, then 4 MB a second',
    camera: {
      sdp: h264Sdp(),
      play: (sender) => {
        const large = Buffer.concat([h264Slice(1), Buffer.alloc(40_000, 7)]);
        sender.every(100, (index) =>
          sender.picture(index === 0 ? [h264Sps(), h264Pps(), h264Idr()] : [large], index * 900),
        );
      },
    },
    client: watchMse,
  },
  {
    name: 'MJPEG: empty fragments',
    does: 'sends fragments without bytes as fast as it can',
    camera: {
      sdp: MJPEG_SDP,
      play: (sender) => {
        sender.socket.write(
          sender.packet(Buffer.concat([jpegHead(0), Buffer.alloc(4)]), { time: 0, type: 26 }),
        );
        const start = Buffer.concat([jpegHead(0), Buffer.from([1, 2, 3, 4])]);
        sender.socket.write(sender.packet(start, { time: 900, type: 26, marker: false }));
        sender.flood(() =>
          Buffer.concat(
            Array.from({ length: 500 }, () =>
              sender.packet(jpegHead(4), { time: 900, type: 26, marker: false }),
            ),
          ),
        );
      },
    },
  },
  {
    name: 'MJPEG: fragments of a byte',
    does: 'sends a picture in millions of fragments',
    camera: {
      sdp: MJPEG_SDP,
      play: (sender) => {
        let offset = 0;
        const next = (): Buffer => {
          const payload = Buffer.concat([jpegHead(offset), Buffer.from([7])]);
          offset += 1;
          return sender.packet(payload, { time: 900, type: 26, marker: false });
        };
        sender.flood(() => Buffer.concat(Array.from({ length: 500 }, next)));
      },
    },
  },
  {
    name: 'noise instead of RTP',
    does: 'sends random bytes after PLAY, at each attempt',
    camera: {
      sdp: h264Sdp(),
      play: (sender) => {
        const random = new Random(1);
        sender.every(100, () => Buffer.from(Array.from({ length: 1000 }, () => random.integer(0, 255))));
      },
    },
  },
  {
    name: 'damaged media',
    does: 'flips bits of sets, slices and RTP; MSE, HLS and snapshots ask',
    camera: {
      sdp: h264Sdp(h264Sps(), h264Pps(), AAC_LINES),
      play: (sender) => {
        const random = new Random(7);
        const damage = (bytes: Buffer): Buffer => {
          const copy = Buffer.from(bytes);
          for (let flips = random.integer(0, 2); flips > 0; flips -= 1) {
            const at = random.integer(0, copy.length - 1);
            copy[at] = (copy[at] as number) ^ (1 << random.integer(0, 7));
          }
          return copy;
        };
        sender.every(50, (index) => {
          const nals = index % 5 === 0 ? [h264Sps(), h264Pps(), h264Idr(index)] : [h264Slice(index)];
          return sender.picture(
            nals.map(damage),
            random.integer(0, 9) === 0 ? random.integer(0, 2 ** 31) : index * 1800,
          );
        });
      },
    },
    client: watchAll,
  },
  {
    name: 'long path, no login',
    does: 'asks 100 times a second for /a.a.a... of 15 KB',
    client: (target) => ask(target, 100, `/${'a.'.repeat(7600)}`),
  },
  {
    name: 'long path of addresses',
    does: 'asks 100 times a second for /rtsp://rtsp://...',
    client: (target) => ask(target, 100, `/${'rtsp://'.repeat(2100)}`),
  },
  {
    name: 'long headers',
    does: 'sends 14 KB of cookies and tokens 100 times a second',
    client: (target) =>
      ask(
        target,
        100,
        '/api/cameras',
        `Cookie: ${'a=;'.repeat(2300)}\r\nAuthorization: Bearer ${'x'.repeat(7000)}\r\n`,
      ),
  },
  {
    name: 'formats without end',
    does: '20 sockets change the width 45 times a second each',
    client: ({ origin, cameraId }) => {
      for (let index = 0; index < 20; index += 1) {
        const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws`);
        let count = 0;
        socket.on('error', () => {});
        socket.on('open', () =>
          setInterval(() => {
            count += 1;
            const width = 16 + ((index * 37 + count * 7) % 1200);
            const quality = 1 + ((index + count) % 100);
            socket.send(
              JSON.stringify({ action: 'subscribe', cameraId, fps: 60, width, quality, encoding: 'binary' }),
            );
          }, 1000 / 45),
        );
      }
    },
  },
  {
    name: 'snapshots in many formats',
    does: 'asks for 50 snapshots a second, each of another width',
    client: async ({ origin, cameraId }) => {
      for (let width = 16; ; width = 16 + ((width + 1) % 1200)) {
        const end = new AbortController();
        for (let index = 0; index < 5; index += 1) {
          const url = `${origin}/api/cameras/${cameraId}/frame?width=${width + index}`;
          void fetch(url, { signal: end.signal }).catch(() => {});
        }
        await pause(100);
        end.abort();
      }
    },
  },
  {
    name: 'players that do not read',
    does: '200 MJPEG connections read nothing',
    client: ({ origin, cameraId }) => {
      const { port } = new URL(origin);
      for (let index = 0; index < 200; index += 1) {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => {});
        socket.pause();
        socket.write(`GET /api/cameras/${cameraId}/stream.mjpeg?fps=15 HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      }
    },
  },
  {
    name: 'players that come and go',
    does: '50 MSE sockets a second open and close',
    client: ({ origin, cameraId }) => {
      setInterval(() => {
        const socket = new WebSocket(`${origin.replace('http', 'ws')}/ws/mse/${cameraId}`);
        socket.on('error', () => {});
        socket.on('open', () => setTimeout(() => socket.terminate(), 50));
      }, 20);
    },
  },
  {
    name: 'video that unfolds',
    does: 'uploads 1 MB that becomes 700 MB',
    seconds: 12,
    client: async ({ origin }) => {
      const bomb = await cmovBomb(700);
      for (let index = 0; ; index += 1) {
        const form = new FormData();
        form.set('cameraId', `bomb-${index}`);
        form.set('streamType', 'video');
        form.set('file', new Blob([new Uint8Array(bomb)]), 'bomb.mp4');
        const { status } = await fetch(`${origin}/api/camera-streams`, { method: 'POST', body: form });
        if (status < 400) process.stderr.write(`upload accepted with ${status}\n`);
        await pause(500);
      }
    },
  },
];

/** Starts the camera of a row. */
export async function startCamera({ camera }: Row, port: number): Promise<void> {
  if (camera !== undefined) await serveRtsp(port, camera);
}

/** What a process holds now, bytes; 0 for one that is gone. */
export function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
