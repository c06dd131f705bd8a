import { expect } from 'chai';
import type { AccessUnit, Depacketizer, EmitAccessUnit } from '#shared/media/packet.ts';
import { AAC_HBR_BITS, AacDepacketizer, packetizeAac } from '#shared/media/rtp/aac.ts';
import { H264Depacketizer, packetizeH264 } from '#shared/media/rtp/h264.ts';
import { H265Depacketizer, packetizeH265 } from '#shared/media/rtp/h265.ts';
import { MjpegDepacketizer, packetizeMjpeg } from '#shared/media/rtp/mjpeg.ts';
import type { RtpPayload } from '#shared/media/rtp/payload.ts';
import { decodeJpeg } from '../../../support/decode-jpeg.ts';
import { annexB, encodeMaterial, withoutZeros } from '../../../workers/simulator/support/material.ts';

const MAX_BYTES = 1388;
const bytesOf = ({ prefix, body }: RtpPayload) => Buffer.concat([prefix, body]);

function reassemble(payloads: RtpPayload[], create: (emit: EmitAccessUnit) => Depacketizer): AccessUnit[] {
  const units: AccessUnit[] = [];
  const depacketizer = create((unit) => units.push(unit));
  for (const [index, payload] of payloads.entries()) {
    depacketizer.push(bytesOf(payload), { timestamp: 1, marker: index === payloads.length - 1, lost: false });
  }
  return units;
}

/** Every eighth pixel of a picture. */
function pixelsOf(jpeg: Buffer): number[][] {
  const { width, height, at } = decodeJpeg(jpeg);
  const count = Math.floor((width * height) / 8);
  return Array.from({ length: count }, (_, n) => at((n * 8) % width, Math.floor((n * 8) / width)));
}

describe('packetizeH264', () => {
  const slice = (bytes: number) => Buffer.concat([Buffer.from([0x65]), withoutZeros(bytes - 1)]);

  it('sends a NAL unit as it is as long as it fits', () => {
    const nal = slice(MAX_BYTES);
    expect(packetizeH264([nal], MAX_BYTES).map(bytesOf)).to.deep.equal([nal]);
  });

  it('cuts a NAL unit that is one byte too long into a first and a last fragment', () => {
    const [first, last, ...others] = packetizeH264([slice(MAX_BYTES + 1)], MAX_BYTES).map(bytesOf);
    expect(others).to.deep.equal([]);
    expect([...(first as Buffer).subarray(0, 2)]).to.deep.equal([0x7c, 0x85]);
    expect([...(last as Buffer).subarray(0, 2)]).to.deep.equal([0x7c, 0x45]);
  });

  it('keeps every payload within the limit and marks only the ends of a fragmented unit', () => {
    const payloads = packetizeH264([slice(50_000)], MAX_BYTES).map(bytesOf);
    expect(Math.max(...payloads.map((payload) => payload.length))).to.be.at.most(MAX_BYTES);
    const flags = payloads.map((payload) => (payload[1] as number) & 0xc0);
    expect(flags).to.deep.equal([0x80, ...new Array(payloads.length - 2).fill(0), 0x40]);
  });

  it('cuts even pieces, so that no packet of a few bytes follows full ones', () => {
    const sizes = packetizeH264([slice(MAX_BYTES + 1)], MAX_BYTES).map(({ body }) => body.length);
    expect(sizes).to.deep.equal([MAX_BYTES / 2, MAX_BYTES / 2]);
  });

  it('leaves access unit delimiters and filler out', () => {
    const nal = slice(10);
    const filler = Buffer.alloc(900, 0x0c);
    const payloads = packetizeH264([Buffer.from([0x09, 0xf0]), nal, filler], MAX_BYTES);
    expect(payloads.map(bytesOf)).to.deep.equal([nal]);
  });

  it('comes back whole from an independent receiver', () => {
    const nals = [Buffer.from([0x67, 1, 2]), Buffer.from([0x68, 3]), slice(20_000)];
    const back = reassemble(packetizeH264(nals, MAX_BYTES), (emit) => new H264Depacketizer(emit));
    expect(back).to.deep.equal([{ data: annexB(...nals), keyframe: true, timestamp: 1 }]);
  });
});

describe('packetizeH265', () => {
  const nal = (type: number, bytes: number) =>
    Buffer.concat([Buffer.from([type << 1, 1]), withoutZeros(bytes)]);

  it('puts the type of a fragmented unit into the FU header and keeps layer and temporal id', () => {
    const [first] = packetizeH265([nal(19, 5000)], MAX_BYTES).map(bytesOf);
    expect([...(first as Buffer).subarray(0, 3)]).to.deep.equal([49 << 1, 1, 0x80 | 19]);
  });

  it('keeps every payload within the limit', () => {
    const sizes = packetizeH265([nal(19, 9000)], MAX_BYTES).map((payload) => bytesOf(payload).length);
    expect(Math.max(...sizes)).to.be.at.most(MAX_BYTES);
  });

  it('comes back whole from an independent receiver', () => {
    const nals = [nal(32, 20), nal(33, 40), nal(34, 10), nal(19, 20_000)];
    const back = reassemble(packetizeH265(nals, MAX_BYTES), (emit) => new H265Depacketizer(emit));
    expect(back).to.deep.equal([{ data: annexB(...nals), keyframe: true, timestamp: 1 }]);
  });
});

describe('packetizeMjpeg', () => {
  let jpeg: Buffer;
  before(async () => {
    const [unit] = await encodeMaterial('mjpeg', { count: 1 });
    jpeg = unit?.data as Buffer;
  });

  it('sends tables with the first packet and the offset of every packet', () => {
    const payloads = packetizeMjpeg(jpeg, 600);
    expect(bytesOf(payloads[0] as RtpPayload).readUInt16BE(10), 'table bytes').to.equal(128);
    let offset = 0;
    for (const { prefix, body } of payloads) {
      expect(prefix.readUIntBE(1, 3)).to.equal(offset);
      expect(prefix.length + body.length).to.be.at.most(600);
      offset += body.length;
    }
  });

  it('names the size in blocks of eight pixels', () => {
    const prefix = packetizeMjpeg(jpeg, MAX_BYTES)[0]?.prefix;
    expect([prefix?.[6], prefix?.[7]]).to.deep.equal([320 / 8, 240 / 8]);
  });

  it('comes back as the same picture from an independent receiver', () => {
    const [back] = reassemble(packetizeMjpeg(jpeg, MAX_BYTES), (emit) => new MjpegDepacketizer(emit));
    expect(pixelsOf(back?.data as Buffer)).to.deep.equal(pixelsOf(jpeg));
  });

  it('refuses Huffman tables made for one picture, which a receiver could not know', () => {
    const own = Buffer.from(jpeg);
    const table = own.indexOf(Buffer.from([0xff, 0xc4]));
    const end = table + 2 + own.readUInt16BE(table + 2);
    const optimal = Buffer.concat([
      own.subarray(0, table),
      Buffer.from([0xff, 0xc4, 0, 20, 0x10, 1, ...new Array(15).fill(0), 5]),
      own.subarray(end),
    ]);
    expect(() => packetizeMjpeg(optimal, MAX_BYTES)).to.throw(RangeError, 'Huffman');
  });

  it('refuses what is no JPEG', () => {
    expect(() => packetizeMjpeg(Buffer.from('not a picture'), MAX_BYTES)).to.throw(RangeError);
  });
});

describe('packetizeAac', () => {
  it('comes back whole from an independent receiver', () => {
    const frames: { frame: Buffer; ticks: number }[] = [];
    const depacketizer = new AacDepacketizer(AAC_HBR_BITS, (frame, ticks) => frames.push({ frame, ticks }));
    const frame = withoutZeros(8191);
    depacketizer.push(bytesOf(packetizeAac(frame)), { timestamp: 7, lost: false });
    expect(frames).to.deep.equal([{ frame, ticks: 7 }]);
  });
});
