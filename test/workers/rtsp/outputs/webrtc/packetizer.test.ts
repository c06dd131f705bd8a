import { expect } from 'chai';
import { RtpPacketizer } from '../../../../../workers/rtsp/outputs/webrtc/rtp/packetizer.ts';

const START = Buffer.from([0, 0, 0, 1]);
const annexB = (...nals: Buffer[]) => Buffer.concat(nals.flatMap((nal) => [START, nal]));
/** A NAL unit without zeros, so that nothing in it looks like a start code. */
const nal = (header: number[], length: number) =>
  Buffer.concat([Buffer.from(header), Buffer.alloc(length - header.length, 0x55)]);
const payloads = (packets: Buffer[]) => packets.map((packet) => packet.subarray(12));
const markers = (packets: Buffer[]) => packets.map((packet) => (packet[1] as number) >> 7);

describe('RtpPacketizer', () => {
  const SPS = nal([0x67], 20);
  const PPS = nal([0x68], 6);
  const none = Buffer.alloc(0);

  it('puts every small NAL unit into a packet of its own and marks the last of the picture', () => {
    const packets = new RtpPacketizer('h264', none).packetize([SPS, PPS, nal([0x65], 300)], true);
    expect(payloads(packets)).to.deep.equal([SPS, PPS, nal([0x65], 300)]);
    expect(markers(packets)).to.deep.equal([0, 0, 1]);
    expect(packets.map((packet) => packet[0])).to.deep.equal([0x80, 0x80, 0x80]);
  });

  it('cuts a large H.264 unit into fragments that give it back (RFC 6184, FU-A)', () => {
    const large = nal([0x65], 5000);
    const parts = payloads(new RtpPacketizer('h264', SPS).packetize([SPS, large], true)).slice(1);
    expect(parts.every((part) => part.length <= 1150)).to.equal(true);
    expect(parts.map((part) => part[0])).to.deep.equal(parts.map(() => 0x7c));
    expect(parts.map((part) => (part[1] as number) & 0xc0)).to.deep.equal([0x80, 0, 0, 0, 0x40]);
    const whole = Buffer.concat([Buffer.from([0x65]), ...parts.map((part) => part.subarray(2))]);
    expect(whole.equals(large)).to.equal(true);
  });

  it('cuts a large H.265 unit into fragments that give it back (RFC 7798, FU)', () => {
    const large = nal([0x26, 0x01], 3000);
    const parts = payloads(new RtpPacketizer('hevc', none).packetize([large], true));
    expect(parts.map((part) => [part[0], part[1]])).to.deep.equal(parts.map(() => [0x62, 0x01]));
    expect(parts.map((part) => part[2])).to.deep.equal([0x80 | 19, 19, 0x40 | 19]);
    const whole = Buffer.concat([Buffer.from([0x26, 0x01]), ...parts.map((part) => part.subarray(3))]);
    expect(whole.equals(large)).to.equal(true);
  });

  it('puts announced parameter sets before a keyframe that carries none, and only there', () => {
    const packetizer = new RtpPacketizer('h264', annexB(SPS, PPS));
    const slice = nal([0x65], 50);
    expect(payloads(packetizer.packetize([slice], true))).to.deep.equal([SPS, PPS, slice]);
    expect(payloads(packetizer.packetize([nal([0x41], 50)], false))).to.have.length(1);
    const own = nal([0x67], 21);
    expect(payloads(packetizer.packetize([own, PPS, slice], true))[0]).to.deep.equal(own);
  });

  it('leaves out delimiters and filler', () => {
    const packets = new RtpPacketizer('h264', none).packetize(
      [nal([0x09], 2), nal([0x41], 30), nal([0x0c], 900)],
      false,
    );
    expect(payloads(packets)).to.deep.equal([nal([0x41], 30)]);
    expect(markers(packets)).to.deep.equal([1]);
  });

  it('makes nothing of an empty access unit', () => {
    expect(new RtpPacketizer('h264', none).packetize([], false)).to.deep.equal([]);
  });
});
