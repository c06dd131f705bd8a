import { expect } from 'chai';
import { GopCache, type SequencedPacket } from '../../../../workers/rtsp/packets/gop-cache.ts';

const packet = (sequence: number, keyframe = false): SequencedPacket => ({
  data: Buffer.alloc(8),
  keyframe,
  mediaTimeMs: sequence * 40,
  capturedAt: sequence * 40,
  sequence,
});

function cacheOf(...packets: SequencedPacket[]): GopCache {
  const cache = new GopCache();
  for (const each of packets) cache.push(each);
  return cache;
}

describe('GopCache', () => {
  it('keeps nothing before the first keyframe', () => {
    expect(cacheOf(packet(1), packet(2)).newest).to.equal(undefined);
  });

  it('starts anew with every keyframe', () => {
    const cache = cacheOf(packet(1, true), packet(2), packet(3, true), packet(4));
    expect([cache.keyframe?.sequence, cache.newest?.sequence]).to.deep.equal([3, 4]);
  });

  it('gives a decoder inside the group the next packet, and one outside the keyframe', () => {
    const cache = cacheOf(packet(5, true), packet(6), packet(7));
    expect(cache.next(6)?.sequence).to.equal(7);
    expect(cache.next(2)?.sequence).to.equal(5);
    expect(cache.next(7)).to.equal(undefined);
  });

  it('finds a packet by its number', () => {
    const cache = cacheOf(packet(5, true), packet(6));
    expect(cache.find(6)?.sequence).to.equal(6);
    expect(cache.find(4)).to.equal(undefined);
  });

  it('stops growing when a camera sends no keyframe', () => {
    const cache = cacheOf(packet(1, true));
    for (let sequence = 2; sequence < 5000; sequence += 1) cache.push(packet(sequence));
    expect(cache.isFull).to.equal(true);
    expect(cache.newest?.sequence).to.be.lessThan(5000);
    cache.push(packet(5000, true));
    expect(cache.newest?.sequence).to.equal(5000);
  });
});
