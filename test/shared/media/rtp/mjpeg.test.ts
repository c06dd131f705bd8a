import { expect } from 'chai';
import { MjpegDepacketizer } from '#shared/media/rtp/mjpeg.ts';

/** The main header of RFC 2435 section 3.1 for a picture of 16x16. */
function payload(offset: number, scan: Buffer): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 1, 50, 2, 2]);
  header.writeUIntBE(offset, 1, 3);
  return Buffer.concat([header, scan]);
}

describe('MjpegDepacketizer', () => {
  let pictures: Buffer[];
  let depacketizer: MjpegDepacketizer;
  beforeEach(() => {
    pictures = [];
    depacketizer = new MjpegDepacketizer(({ data }) => void pictures.push(data));
  });
  const push = (offset: number, scan: Buffer, marker = false): void =>
    depacketizer.push(payload(offset, scan), { timestamp: 1, marker, lost: false });

  it('joins the fragments of a picture', () => {
    push(0, Buffer.from('first '));
    push(6, Buffer.alloc(0));
    push(6, Buffer.from('second'), true);
    expect(pictures[0]?.includes(Buffer.from('first second'))).to.equal(true);
  });

  it('keeps a picture whose fragments fit, though the sequence numbers jumped', () => {
    push(0, Buffer.from('first '));
    const rest = payload(6, Buffer.from('second'));
    depacketizer.push(rest, { timestamp: 1, marker: true, lost: true });
    expect(pictures[0]?.includes(Buffer.from('first second'))).to.equal(true);
  });

  it('joins no fragments of two pictures after a loss', () => {
    push(0, Buffer.from('first '));
    const rest = payload(6, Buffer.from('second'));
    depacketizer.push(rest, { timestamp: 2, marker: true, lost: true });
    expect(pictures).to.deep.equal([]);
  });

  it('keeps nothing of a picture before', () => {
    push(0, Buffer.from('a long first picture'), true);
    push(0, Buffer.from('short'), true);
    expect(pictures[1]?.subarray(-7)).to.deep.equal(Buffer.from('short\xff\xd9', 'latin1'));
  });

  it('keeps nothing for fragments without bytes', () => {
    push(0, Buffer.from('1234'));
    const before = process.memoryUsage().rss;
    const empty = payload(4, Buffer.alloc(0));
    for (let index = 0; index < 2_000_000; index += 1)
      depacketizer.push(empty, { timestamp: 1, marker: false, lost: false });
    expect(process.memoryUsage().rss - before).to.be.lessThan(200 * 1024 * 1024);
    push(4, Buffer.from('5'), true);
    expect(pictures).to.have.length(1);
  });

  it('gives up a picture larger than any camera makes', () => {
    const part = Buffer.alloc(60_000, 1);
    for (let offset = 0; offset < 9 * 1024 * 1024; offset += part.length) push(offset, part);
    push(9_000_000, part, true);
    expect(pictures).to.deep.equal([]);
  });
});
