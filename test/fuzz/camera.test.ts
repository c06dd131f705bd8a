import { createServer } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { AppError } from '#shared/errors.ts';
import { parseH264Sps } from '#shared/media/mp4/h264-sps.ts';
import { parseH265Sps } from '#shared/media/mp4/h265-sps.ts';
import type { VideoCodec } from '#shared/media/packet.ts';
import { parseAuthHeader } from '#shared/media/rtsp/digest.ts';
import { RtspProtocolError, RtspReader } from '#shared/media/rtsp/message.ts';
import { parseVideoMedia } from '#shared/media/rtsp/video-media.ts';
import { RtpReceiver } from '../../workers/rtsp/source/rtsp/rtp-receiver.ts';
import { createRtspSource } from '../../workers/rtsp/source/rtsp/rtsp-source.ts';
import { cameraSource } from '../support/camera-source.ts';
import { rejection } from '../support/errors.ts';
import { listening, portOf } from '../support/serve.ts';
import { hostileText, mutated, mutatedText, RUNS } from './hostile.ts';

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.1',
  's=Camera',
  't=0 0',
  'a=control:*',
  'm=audio 0 RTP/AVP 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkAoD2hAAADAAEAAAMAPA8WLkg=,aMuMsg==',
  'a=framerate:25',
  'a=control:trackID=1',
  '',
].join('\r\n');
const DIGEST = 'Digest realm="camera", nonce="abc", qop="auth,auth-int", algorithm=SHA-256, opaque="x"';
const answer = (headers: string, body = ''): string =>
  `RTSP/1.0 200 OK\r\nCSeq: 1\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
const SESSION = [
  answer('Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n'),
  answer('Content-Type: application/sdp\r\nContent-Base: rtsp://192.0.2.1/1/\r\n', SDP),
  answer('Session: 12;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n'),
  answer('Session: 12\r\nRTP-Info: url=rtsp://192.0.2.1/1/trackID=1;seq=1;rtptime=1\r\n'),
];
const TIMINGS = { dialMs: 1000, answerMs: 100, keepAliveMs: 1000 };
const POLICY = {
  isPublic: false,
  allowsLoopback: true,
  allowedNetworks: [],
  allowedPorts: [],
  ownPorts: [],
};

/** What is thrown by something that may throw errors of these classes only. */
function mayThrowOnly(classes: readonly (new (...args: never[]) => Error)[], work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!classes.some((expected) => error instanceof expected)) throw error;
  }
}

describe('What a camera sends', function () {
  this.timeout(120_000);

  it('is read as RTSP or refused, however it was mutilated and cut', () => {
    const stream = Buffer.concat([
      Buffer.from(SESSION.join('')),
      Buffer.from([0x24, 0, 0, 4, 1, 2, 3, 4]),
      Buffer.from(answer('')),
    ]);
    fc.assert(
      fc.property(mutated(stream), fc.integer({ min: 1, max: 200 }), (bytes, size) => {
        const reader = new RtspReader({ onMessage: () => {}, onInterleaved: () => {} });
        mayThrowOnly([RtspProtocolError], () => {
          for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
        });
      }),
      { numRuns: RUNS * 20 },
    );
  });

  it('is a description with video, or refused with a code', () => {
    const sdps = [SDP, SDP.replace('H264', 'H265'), SDP.replace('96 H264/90000', '26 JPEG/90000')];
    fc.assert(
      fc.property(fc.oneof(hostileText, ...sdps.map(mutatedText)), (sdp) => {
        mayThrowOnly([AppError], () => void parseVideoMedia(sdp));
      }),
      { numRuns: RUNS * 20 },
    );
  });

  it('is parsed to a challenge, for every input', () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, mutatedText(DIGEST)), (header) => {
        expect(parseAuthHeader(header).scheme).to.be.a('string');
      }),
      { numRuns: RUNS * 20 },
    );
  });

  for (const codec of ['h264', 'hevc', 'mjpeg'] as const satisfies VideoCodec[]) {
    it(`is video as RTP of ${codec} or nothing, for any bytes`, () => {
      fc.assert(
        fc.property(fc.array(rtpPacket(), { minLength: 1, maxLength: 20 }), (packets) => {
          const media = {
            codec,
            payloadType: 96,
            control: '*',
            announcedFps: undefined,
            parameterSets: Buffer.alloc(0),
          };
          let bytes = 0;
          const receiver = new RtpReceiver(media, ({ data }) => {
            bytes += data.length;
          });
          for (const packet of packets) receiver.pushBytes(packet);
          const sent = packets.reduce((sum, packet) => sum + packet.length, 0);
          expect(bytes, 'what came out').to.be.at.most(sent * 4 + 2000 * packets.length);
        }),
        { numRuns: RUNS * 5 },
      );
    });
  }

  it('is a sequence parameter set, or refused with an error', () => {
    const sets = [
      Buffer.from('Z0LAHtkAoD2hAAADAAEAAAMAPA8WLkg=', 'base64'),
      Buffer.from('QgEBAWAAAAMAsAAAAwAAAwBdoAKAgC0WWa6kkyi8BAQAAAMABAAAAwBSAAAA', 'base64'),
    ];
    for (const parse of [parseH264Sps, parseH265Sps]) {
      fc.assert(
        fc.property(fc.oneof(...sets.map(mutated)), (nal) =>
          mayThrowOnly([RangeError], () => void parse(nal)),
        ),
        { numRuns: RUNS * 5 },
      );
    }
  });

  it('ends a session with a code and in time when its answers are mutilated', async () => {
    const source = createRtspSource({ policy: POLICY }, TIMINGS);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...SESSION.map((text) => mutated(Buffer.from(text, 'latin1')))),
        async (answers) => {
          const left = [...answers];
          const camera = createServer((socket) => {
            socket.on('error', () => {});
            socket.on('data', () => {
              const next = left.shift();
              if (next === undefined) socket.destroy();
              else socket.write(next);
            });
          });
          await listening(camera);
          const port = portOf(camera);
          const handlers = { onTrack: () => {}, onPacket: () => {} };
          const signal = AbortSignal.timeout(10_000);
          try {
            const error = await rejection(
              source(cameraSource(port, { host: '127.0.0.1' }), handlers, signal),
            );
            expect(error.code).to.match(/^camera-/);
            expect(signal.aborted, 'it ended by itself').to.equal(false);
          } finally {
            camera.close();
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});

/** RTP version 2 of payload type 96 whose payload begins like one of the packets of H.264, H.265 or JPEG. */
function rtpPacket(): fc.Arbitrary<Buffer> {
  const start = fc.constantFrom(
    [0x65],
    [0x67],
    [0x78],
    [0x7c, 0x85],
    [0x7c, 0x45],
    [0x7c, 0x05],
    [0x7d],
    [0x26, 1],
    [0x40, 1],
    [0x60, 1],
    [0x62, 1, 0x93],
    [0x62, 1, 0x53],
    [0, 0, 0, 0, 1, 255, 8, 8],
    [0, 0, 0, 0, 64, 80, 8, 8],
  );
  const head = fc.tuple(fc.boolean(), fc.nat({ max: 65_535 }), fc.nat({ max: 0xffff_ffff }));
  return fc
    .tuple(head, start, fc.uint8Array({ maxLength: 60 }))
    .map(([[marker, sequence, timestamp], first, rest]) => {
      const header = Buffer.alloc(12);
      header[0] = 0x80;
      header[1] = (marker ? 0x80 : 0) | 96;
      header.writeUInt16BE(sequence, 2);
      header.writeUInt32BE(timestamp, 4);
      return Buffer.concat([header, Buffer.from(first), rest]);
    });
}
