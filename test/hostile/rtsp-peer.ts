/** A scriptable RTSP camera that follows the protocol only where the script does. */
import { createServer, type Socket } from 'node:net';
import { h264Idr, h264Pps, h264Slice, h264Sps } from '../support/bitstream.ts';

/** What it answers and sends. */
export interface PeerScript {
  sdp: string;
  /** Called after PLAY. */
  play?: (send: Sender) => void;
  /** Takes a request in place of the usual answer. */
  onRequest?: (method: string, cseq: string, socket: Socket) => boolean;
}

/** One session with a viewer of the camera. */
export class Sender {
  readonly socket: Socket;
  #sequence = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  /** One interleaved RTP packet as bytes. */
  packet(payload: Buffer, { time, marker = true, type = 96, channel = 0 }: PacketFacts): Buffer {
    const head = Buffer.alloc(16);
    head[0] = 0x24;
    head[1] = channel;
    head.writeUInt16BE(payload.length + 12, 2);
    head[4] = 0x80;
    head[5] = (marker ? 0x80 : 0) | type;
    head.writeUInt16BE(this.#sequence & 0xffff, 6);
    this.#sequence += 1;
    head.writeUInt32BE(Math.floor(time) >>> 0, 8);
    head.writeUInt32BE(1234, 12);
    return Buffer.concat([head, payload]);
  }

  /** A picture of several NAL units. */
  picture(nals: readonly Buffer[], time: number): Buffer {
    return Buffer.concat(
      nals.map((nal, index) => this.packet(nal, { time, marker: index === nals.length - 1 })),
    );
  }

  /** Calls `make` so many times a second and sends what it returns. */
  every(perSecond: number, make: (index: number) => Buffer): void {
    const startedAt = performance.now();
    let count = 0;
    const timer = setInterval(() => {
      const due = ((performance.now() - startedAt) / 1000) * perSecond;
      const parts: Buffer[] = [];
      for (; count < due && parts.length < 2000; count += 1) parts.push(make(count));
      if (this.socket.writableLength < 1024 * 1024) this.socket.write(Buffer.concat(parts));
    }, 10);
    this.socket.on('close', () => clearInterval(timer));
  }

  /** Sends as fast as the other end reads. */
  flood(make: () => Buffer): void {
    const go = (): void => {
      if (this.socket.destroyed) return;
      if (this.socket.write(make())) setImmediate(go);
      else this.socket.once('drain', go);
    };
    go();
  }
}

interface PacketFacts {
  /** RTP time. */
  time: number;
  marker?: boolean;
  type?: number;
  channel?: number;
}

/** Listens until the process ends. */
export function serveRtsp(port: number, script: PeerScript): Promise<void> {
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        answer(script, socket, text.slice(0, end));
        text = text.slice(end + 4);
      }
    });
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
}

function answer(script: PeerScript, socket: Socket, head: string): void {
  const method = head.split(' ')[0] as string;
  const uri = head.split(' ')[1] ?? '';
  const cseq = /CSeq: *(\d+)/i.exec(head)?.[1] ?? '0';
  if (script.onRequest?.(method, cseq, socket) === true) return;
  const ok = (headers = '', body = ''): void => {
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
    socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\n${headers}${length}\r\n${body}`);
  };
  if (method === 'OPTIONS') ok('Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n');
  else if (method === 'DESCRIBE') ok(`Content-Type: application/sdp\r\nContent-Base: ${uri}\r\n`, script.sdp);
  else if (method === 'SETUP') {
    const transport = /Transport: *(.*)/i.exec(head)?.[1] ?? '';
    ok(`Session: 1;timeout=60\r\nTransport: ${transport}\r\n`);
  } else if (method === 'PLAY') {
    ok('Session: 1\r\n');
    script.play?.(new Sender(socket));
  } else ok();
}

const SDP_HEAD = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\na=control:*\r\n';

/** Describes H.264 with these parameter sets. @param more further lines */
export function h264Sdp(sps: Buffer = h264Sps(), pps: Buffer = h264Pps(), more = ''): string {
  const sets = `${sps.toString('base64')},${pps.toString('base64')}`;
  const format = `a=fmtp:96 packetization-mode=1;sprop-parameter-sets=${sets}`;
  return `${SDP_HEAD}m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n${format}\r\na=control:track1\r\n${more}`;
}

/** Describes MJPEG. */
export const MJPEG_SDP = `${SDP_HEAD}m=video 0 RTP/AVP 26\r\na=control:track1\r\n`;
/** AAC of 48 kHz beside the video. */
export const AAC_LINES =
  'm=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000/1\r\n' +
  'a=fmtp:97 streamtype=5;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1188\r\n' +
  'a=control:track2\r\n';

/** A camera of ten pictures a second, a keyframe each second. @param timeOf RTP time of a picture */
export function playH264(
  sps: Buffer = h264Sps(),
  timeOf: (index: number) => number = (index) => index * 9000,
): (sender: Sender) => void {
  return (sender) =>
    sender.every(10, (index) => {
      const nals = index % 10 === 0 ? [sps, h264Pps(), h264Idr(index / 10)] : [h264Slice(index % 10)];
      return sender.picture(nals, timeOf(index));
    });
}
