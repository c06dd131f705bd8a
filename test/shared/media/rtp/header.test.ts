import { expect } from 'chai';
import { parseRtp, type RtpPacket, sequenceDistance, TimestampUnwrapper } from '#shared/media/rtp/header.ts';
import { ReorderBuffer } from '#shared/media/rtp/reorder-buffer.ts';

describe('parseRtp', () => {
  it('reads marker, sequence, timestamp and payload', () => {
    const bytes = Buffer.from([0x80, 0xe0, 0x12, 0x34, 0, 0, 1, 0, 9, 9, 9, 9, 7, 8]);
    expect(parseRtp(bytes)).to.deep.equal({
      payloadType: 96,
      marker: true,
      sequence: 0x1234,
      timestamp: 256,
      ssrc: 0x0909_0909,
      payload: Buffer.from([7, 8]),
    });
  });

  it('skips contributing sources, the extension header and padding', () => {
    const bytes = Buffer.from([
      0xb1, 0x60, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0xbe, 0xde, 0, 1, 2, 2, 2, 2, 42, 0, 2,
    ]);
    expect(parseRtp(bytes)?.payload).to.deep.equal(Buffer.from([42]));
  });

  for (const [name, bytes] of [
    ['a short packet', [0x80, 0, 0]],
    ['another version', [0x40, 0x60, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['padding longer than the packet', [0xa0, 0x60, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 99]],
    ['an extension longer than the packet', [0x90, 0x60, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(parseRtp(Buffer.from(bytes))).to.equal(undefined);
    });
  }
});

describe('sequenceDistance', () => {
  it('counts across the wrap in both directions', () => {
    expect(sequenceDistance(65_535, 1)).to.equal(2);
    expect(sequenceDistance(1, 65_535)).to.equal(-2);
  });
});

describe('TimestampUnwrapper', () => {
  it('goes on growing where 32 bits wrap', () => {
    const clock = new TimestampUnwrapper();
    expect([0xffff_ff00, 0xffff_fff0, 0x10].map((timestamp) => clock.unwrap(timestamp))).to.deep.equal([
      0, 240, 272,
    ]);
  });

  it('lets a reordered picture step back', () => {
    const clock = new TimestampUnwrapper();
    expect([0, 3000, 1500].map((timestamp) => clock.unwrap(timestamp))).to.deep.equal([0, 3000, 1500]);
  });
});

describe('ReorderBuffer', () => {
  const packet = (sequence: number): RtpPacket => ({
    payloadType: 96,
    marker: false,
    ssrc: 1,
    sequence,
    timestamp: 0,
    payload: Buffer.alloc(1),
  });

  function run(sequences: number[]): string[] {
    const seen: string[] = [];
    const buffer = new ReorderBuffer(({ sequence }, lost) =>
      seen.push(`${sequence}${lost ? ' after loss' : ''}`),
    );
    for (const sequence of sequences) buffer.push(packet(sequence));
    return seen;
  }

  it('passes packets in order immediately', () => {
    expect(run([1, 2, 3])).to.deep.equal(['1', '2', '3']);
  });

  it('waits for a late packet and puts it back in its place', () => {
    expect(run([1, 3, 4, 2, 5])).to.deep.equal(['1', '2', '3', '4', '5']);
  });

  it('drops what comes twice', () => {
    expect(run([1, 2, 2, 1, 3])).to.deep.equal(['1', '2', '3']);
  });

  it('gives a gap up after 32 later packets and says so', () => {
    const later = Array.from({ length: 32 }, (_, index) => index + 3);
    const seen = run([1, ...later]);
    expect(seen.slice(0, 3)).to.deep.equal(['1', '3 after loss', '4']);
    expect(seen).to.have.length(33);
  });

  it('follows a camera that starts to count from somewhere else', () => {
    expect(run([1, 2, 40_000, 40_001])).to.deep.equal(['1', '2', '40000 after loss', '40001']);
  });
});
