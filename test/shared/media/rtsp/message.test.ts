import { expect } from 'chai';
import {
  formatInterleavedHeader,
  formatMessage,
  headerOf,
  type RtspMessage,
  RtspProtocolError,
  RtspReader,
} from '#shared/media/rtsp/message.ts';

describe('RtspReader', () => {
  let messages: RtspMessage[];
  let packets: { channel: number; payload: Buffer }[];
  let reader: RtspReader;

  beforeEach(() => {
    messages = [];
    packets = [];
    reader = new RtspReader({
      onMessage: (message) => void messages.push(message),
      onInterleaved: ({ channel, payload }) => void packets.push({ channel, payload: Buffer.from(payload) }),
    });
  });

  const answer = formatMessage('RTSP/1.0 200 OK', { CSeq: 1, 'Content-Type': 'application/sdp' }, 'v=0\r\n');
  const packet = Buffer.concat([formatInterleavedHeader(2, 5), Buffer.from('\r\n\r\n$')]);

  it('reads messages and interleaved packets from one stream, in pieces of any size', () => {
    const stream = Buffer.concat([answer, packet, packet, answer]);
    for (const size of [1, 2, 3, 7, stream.length]) {
      messages.length = 0;
      packets.length = 0;
      for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
      expect(messages.map(({ startLine, body }) => `${startLine} ${body.toString()}`)).to.deep.equal([
        'RTSP/1.0 200 OK v=0\r\n',
        'RTSP/1.0 200 OK v=0\r\n',
      ]);
      expect(packets).to.deep.equal([
        { channel: 2, payload: Buffer.from('\r\n\r\n$') },
        { channel: 2, payload: Buffer.from('\r\n\r\n$') },
      ]);
    }
  });

  it('reads packets of any length that chunks cut anywhere', () => {
    const payloads = [0, 1, 1400, 9000, 65_535].map((bytes, index) => Buffer.alloc(bytes, index + 1));
    const stream = Buffer.concat([
      answer,
      ...payloads.flatMap((payload) => [formatInterleavedHeader(0, payload.length), payload]),
    ]);
    for (const size of [1, 3, 1448, 65_536]) {
      packets.length = 0;
      for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
      expect(packets.map(({ payload }) => payload)).to.deep.equal(payloads);
    }
  });

  it('keeps nothing of a chunk that its caller uses again', () => {
    const chunk = Buffer.alloc(packet.length);
    const [begin, end] = [packet.subarray(0, 6), packet.subarray(6)];
    reader.push(answer);
    for (const part of [begin, end]) {
      part.copy(chunk);
      reader.push(chunk.subarray(0, part.length));
    }
    expect(packets.map(({ payload }) => payload.toString())).to.deep.equal(['\r\n\r\n$']);
  });

  it('finds headers in any case, repeated ones in order', () => {
    const head = [
      'RTSP/1.0 401 Unauthorized',
      'WWW-Authenticate: Digest realm="a"',
      'www-authenticate:  Basic',
    ];
    reader.push(Buffer.from(`${head.join('\r\n')}\r\nnonsense\r\n\r\n`));
    expect(messages[0]?.headers.get('www-authenticate')).to.deep.equal(['Digest realm="a"', 'Basic']);
    expect(headerOf(messages[0] as RtspMessage, 'www-authenticate')).to.equal('Digest realm="a"');
    expect(headerOf(messages[0] as RtspMessage, 'cseq')).to.equal(undefined);
  });

  it('finds the next packet behind bytes of media that begin like a request', () => {
    const damaged = Buffer.concat([Buffer.from('A /'), Buffer.alloc(20_000, 7)]);
    const rtp = Buffer.concat([formatInterleavedHeader(0, 4), Buffer.from([0x80, 96, 0, 1])]);
    reader.push(answer);
    reader.push(damaged);
    reader.push(rtp);
    expect(packets).to.deep.equal([{ channel: 0, payload: rtp.subarray(4) }]);
  });

  it('forgives the stray line ends that some cameras send', () => {
    reader.push(Buffer.concat([Buffer.from('\r\n'), answer, Buffer.from('\r\n\r\n'), answer]));
    expect(messages).to.have.length(2);
  });

  it('keeps a body after its bytes were reused', () => {
    const bytes = Buffer.from(answer);
    reader.push(bytes);
    bytes.fill(0);
    expect(messages[0]?.body.toString()).to.equal('v=0\r\n');
  });

  for (const [what, bytes, message] of [
    ['that is not RTSP', 'SSH-2.0-OpenSSH_9.2\r\n', /does not speak RTSP/],
    ['that is HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', /does not speak RTSP/],
    ['that are random', '\u0000\u0001\u0002', /does not speak RTSP/],
    ['of a header without end', `RTSP/1.0 200 OK\r\nX: ${'x'.repeat(20_000)}`, /header is too long/],
    ['of a huge body', 'RTSP/1.0 200 OK\r\nContent-Length: 104857600\r\n\r\n', /body is too long/],
    ['of a body of negative length', 'RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n', /body is too long/],
    ['of a body of no length', 'RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n', /body is too long/],
  ] as const) {
    it(`F30: refuses bytes ${what}`, () => {
      expect(() => reader.push(Buffer.from(bytes))).to.throw(RtspProtocolError, message);
      expect(messages).to.deep.equal([]);
    });
  }
});

describe('formatMessage', () => {
  it('writes headers in order, and the length of the body in bytes', () => {
    expect(formatMessage('PLAY rtsp://a/1 RTSP/1.0', { CSeq: 3, Session: 'x' }).toString()).to.equal(
      'PLAY rtsp://a/1 RTSP/1.0\r\nCSeq: 3\r\nSession: x\r\n\r\n',
    );
    expect(formatMessage('RTSP/1.0 200 OK', {}, 'ä').toString()).to.include('Content-Length: 2\r\n');
  });

  it('reads a long message that comes in single bytes, its head once', () => {
    const bodies: number[] = [];
    const reader = new RtspReader({
      onMessage: ({ body }) => void bodies.push(body.length),
      onInterleaved: () => {},
    });
    const head = `RTSP/1.0 200 OK\r\n${'X: y\r\n'.repeat(2500)}Content-Length: 200000\r\n\r\n`;
    reader.push(Buffer.from(head));
    const byte = Buffer.from('x');
    for (let count = 0; count < 200_000; count += 1) reader.push(byte);
    expect(bodies).to.deep.equal([200_000]);
  });
});
