import { expect } from 'chai';
import fc from 'fast-check';
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { AudioMedia } from '#shared/media/rtsp/audio-media.ts';
import { AudioReceiver } from '../../../../../workers/rtsp/source/rtsp/audio-receiver.ts';

const PCMU: AudioMedia = {
  codec: 'pcmu',
  clockHz: 8000,
  channels: 1,
  config: Buffer.alloc(0),
  payloadType: 0,
  control: '*',
  frameHeader: { size: 0, index: 0, indexDelta: 0 },
};
const AAC: AudioMedia = {
  ...PCMU,
  codec: 'aac',
  clockHz: 16_000,
  config: Buffer.from([0x14, 0x08]),
  payloadType: 97,
  frameHeader: { size: 13, index: 3, indexDelta: 3 },
};

/** A track whose RTP packets a test writes. */
class Track {
  readonly packets: AudioPacket[] = [];
  readonly #receiver: AudioReceiver;
  readonly #payloadType: number;

  constructor(media: AudioMedia) {
    this.#payloadType = media.payloadType;
    this.#receiver = new AudioReceiver(media, (packet) => this.packets.push(packet));
  }

  get texts(): string[] {
    return this.packets.map(({ data }) => data.toString());
  }

  send(sequence: number, timestamp: number, payload: Buffer | string, payloadType = this.#payloadType): void {
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = payloadType;
    header.writeUInt16BE(sequence & 0xffff, 2);
    header.writeUInt32BE(timestamp >>> 0, 4);
    this.#receiver.pushBytes(Buffer.concat([header, Buffer.from(payload)]));
  }
}

/** AAC-hbr: the sizes of the frames, then the bytes. */
function aac(sizes: number[], bytes: string): Buffer {
  const head = Buffer.alloc(2 + sizes.length * 2);
  head.writeUInt16BE(sizes.length * 16, 0);
  for (const [index, size] of sizes.entries()) head.writeUInt16BE(size << 3, 2 + index * 2);
  return Buffer.concat([head, Buffer.from(bytes)]);
}

describe('AudioReceiver', () => {
  it('hands on PCM and Opus as they are, with times that do not wrap', () => {
    const track = new Track(PCMU);
    track.send(1, 2 ** 32 - 160, 'first');
    track.send(2, 0, 'second');
    track.send(3, 160, 'third');
    expect(track.texts).to.deep.equal(['first', 'second', 'third']);
    expect(track.packets.map(({ ticks }) => ticks)).to.deep.equal([0, 160, 320]);
  });

  it('passes over other payload types, as comfort noise is', () => {
    const track = new Track(PCMU);
    track.send(1, 0, 'noise', 13);
    track.send(2, 0, 'tone');
    expect(track.texts).to.deep.equal(['tone']);
  });

  it('keeps a copy: the receive buffer is used again', () => {
    const packets: AudioPacket[] = [];
    const receiver = new AudioReceiver(PCMU, (packet) => packets.push(packet));
    const bytes = Buffer.concat([Buffer.from([0x80, 0]), Buffer.alloc(10), Buffer.from('tone')]);
    receiver.pushBytes(bytes);
    bytes.fill(0);
    expect(packets[0]?.data.toString()).to.equal('tone');
  });

  it('takes the AAC frames of one packet apart', () => {
    const track = new Track(AAC);
    track.send(1, 5000, aac([3, 2], 'aaabb'));
    expect(track.texts).to.deep.equal(['aaa', 'bb']);
    expect(track.packets.map(({ ticks }) => ticks)).to.deep.equal([0, 1024]);
  });

  it('puts an AAC frame together that came in several packets', () => {
    const track = new Track(AAC);
    track.send(1, 0, aac([6], 'abc'));
    track.send(2, 0, aac([6], 'def'));
    expect(track.texts).to.deep.equal(['abcdef']);
  });

  it('leaves out an AAC frame of which a part is lost, and goes on', () => {
    const track = new Track(AAC);
    track.send(1, 0, aac([9], 'abc'));
    track.send(3, 0, aac([9], 'ghi'));
    track.send(4, 1024, aac([4], 'next'));
    expect(track.texts).to.deep.equal(['next']);
  });

  it('survives any bytes of a camera', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), (payloads) => {
        const track = new Track(AAC);
        for (const [index, payload] of payloads.entries()) track.send(index, 0, Buffer.from(payload));
        track.send(payloads.length + 1, 0, aac([4], 'next'));
        expect(track.texts.at(-1)).to.equal('next');
      }),
    );
  });

  it('survives payloads that are malformed', () => {
    const track = new Track(AAC);
    for (const payload of [Buffer.alloc(0), Buffer.from([1]), Buffer.from([0xff, 0xff, 1]), Buffer.alloc(2)])
      track.send(1, 0, payload);
    track.send(2, 0, aac([2, 9], 'aab'));
    expect(track.texts).to.deep.equal(['aa']);
  });
});
