import { expect } from 'chai';
import { GopCache, type SequencedPacket } from '../../../../workers/rtsp/packets/gop-cache.ts';
import { PacketMemory } from '../../../../workers/rtsp/packets/packet-memory.ts';

const KIB = 1024;

function packetOf(sequence: number, bytes: number, keyframe = false): SequencedPacket {
  const data = Buffer.alloc(bytes, sequence);
  return { data, keyframe, mediaTimeMs: sequence * 40, capturedAt: sequence * 40, sequence };
}

describe('Memory for packets that no client watches', () => {
  let memory: PacketMemory;
  let cache: GopCache;

  beforeEach(() => {
    memory = new PacketMemory();
    cache = new GopCache(memory);
  });

  /** Where a packet of the cache lies. */
  const memoryOf = (packet: SequencedPacket | undefined): ArrayBufferLike | undefined => packet?.data.buffer;

  it('is used again by the next group of pictures', () => {
    cache.push(packetOf(1, 40 * KIB, true), true);
    cache.push(packetOf(2, 40 * KIB), true);
    cache.push(packetOf(3, 40 * KIB, true), true);
    expect(memory.freeBytes).to.equal(64 * KIB);
    cache.push(packetOf(4, 40 * KIB), true);
    expect(memory.freeBytes).to.equal(0);
  });

  it('holds packets as they came', () => {
    const packets = [packetOf(1, 90 * KIB, true), packetOf(2, 3), packetOf(3, 64 * KIB), packetOf(4, 0)];
    for (const packet of packets) cache.push(packet, true);
    expect(cache.packets).to.deep.equal(packets);
  });

  it('is left to those who were given a packet of it', () => {
    cache.push(packetOf(1, 8, true), true);
    const given = cache.newest as SequencedPacket;
    cache.push(packetOf(2, 8, true), true);
    expect(memory.freeBytes).to.equal(0);
    expect(given.data).to.deep.equal(Buffer.alloc(8, 1));
    expect(memoryOf(cache.newest)).to.not.equal(memoryOf(given));
  });

  it('does not hold packets that are watched', () => {
    const packet = packetOf(1, 8, true);
    cache.push(packet);
    expect(memoryOf(cache.newest)).to.equal(packet.data.buffer);
  });

  it('keeps no more for later than was in use in the last minute', () => {
    let now = 0;
    memory = new PacketMemory(undefined, () => now);
    cache = new GopCache(memory);
    const fill = (packets: number): void => {
      for (let index = 0; index < packets; index += 1)
        cache.push(packetOf(index, 64 * KIB, index === 0), true);
      cache.clear();
    };
    fill(50);
    expect(memory.freeBytes).to.equal(50 * 64 * KIB);
    for (const second of [31, 62]) {
      now = second * 1000;
      fill(2);
    }
    fill(2);
    expect(memory.freeBytes).to.equal(2 * 64 * KIB);
  });

  it('has a bound for all cameras together; a group that exceeds it ends with no gap', () => {
    memory = new PacketMemory(100);
    const [first, second] = [new GopCache(memory), new GopCache(memory)];
    first.push(packetOf(1, 90, true), true);
    second.push(packetOf(1, 20, true), true);
    second.push(packetOf(2, 20), true);
    expect([first.isFull, second.isFull]).to.deep.equal([false, true]);
    first.clear();
    second.push(packetOf(3, 20), true);
    expect(second.packets.map(({ sequence }) => sequence)).to.deep.equal([1]);
    second.push(packetOf(4, 20, true), true);
    expect([second.isFull, second.newest?.sequence]).to.deep.equal([false, 4]);
  });
});
