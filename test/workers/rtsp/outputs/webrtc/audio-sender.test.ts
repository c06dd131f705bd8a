import { expect } from 'chai';
import { AudioSender } from '../../../../../workers/rtsp/outputs/webrtc/rtp/audio-sender.ts';
import type { CarriedAudio } from '../../../../../workers/rtsp/packets/carried-audio.ts';

/** A packet as it went out. */
interface Sent {
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  text: string;
}

const SSRC = 0xcafe;

/** A viewer whose clock a test sets. */
class Listener {
  readonly sent: Sent[] = [];
  now = 1000;
  readonly sender: AudioSender;

  constructor(payloadTypes: [CarriedAudio, number][] = [['pcmu', 0]]) {
    this.sender = new AudioSender({
      ssrc: SSRC,
      payloadTypes: new Map(payloadTypes),
      send: (packet) => this.sent.push(read(packet)),
      random: () => 0.5,
      now: () => this.now,
    });
  }

  push(ticks: number, text = 'sound'): void {
    this.sender.push({ data: Buffer.concat([Buffer.alloc(12), Buffer.from(text)]), ticks });
  }

  get steps(): number[] {
    return this.sent.slice(1).map(({ timestamp }, index) => timestamp - (this.sent[index] as Sent).timestamp);
  }
}

function read(packet: Buffer): Sent {
  return {
    payloadType: packet.readUInt8(1),
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    text: packet.subarray(12).toString(),
  };
}

describe('AudioSender', () => {
  it('writes the header anew and leaves the sound as it is', () => {
    const listener = new Listener([['pcmu', 101]]);
    listener.sender.begin('pcmu');
    listener.push(77_000, 'tone');
    listener.push(77_160, 'tone');
    const [first, second] = listener.sent;
    expect(first).to.include({ payloadType: 101, ssrc: SSRC, text: 'tone' });
    expect((second?.sequence ?? 0) - (first?.sequence ?? 0)).to.equal(1);
    expect(listener.steps).to.deep.equal([160]);
  });

  it('sends nothing of a codec that the viewer does not take', () => {
    const listener = new Listener();
    listener.push(0);
    listener.sender.begin('opus');
    listener.push(0);
    expect(listener.sent).to.deep.equal([]);
    expect(listener.sender.report(0)).to.equal(undefined);
  });

  it("keeps the camera's own intervals, however unevenly packets arrive", () => {
    const listener = new Listener();
    listener.sender.begin('pcmu');
    for (const [index, now] of [1000, 1090, 1090, 1091].entries()) {
      listener.now = now;
      listener.push(index * 160);
    }
    expect(listener.steps).to.deep.equal([160, 160, 160]);
  });

  it('goes on by the clock in a new session with the camera, which counts time anew', () => {
    const listener = new Listener();
    listener.sender.begin('pcmu');
    listener.push(5_000_000);
    listener.now += 2000;
    listener.sender.begin('pcmu');
    listener.push(3);
    expect(listener.steps).to.deep.equal([16_000]);
  });

  it("follows a camera's clock anew that has jumped", () => {
    const listener = new Listener();
    listener.sender.begin('pcmu');
    listener.push(0);
    listener.now += 20;
    listener.push(900_000);
    listener.now += 20;
    listener.push(900_160);
    expect(listener.steps).to.deep.equal([160, 160]);
  });

  it('reports the time of this moment and what was sent, for lip sync', () => {
    const listener = new Listener();
    listener.sender.begin('pcmu');
    listener.push(0, 'four');
    listener.now += 1000;
    const report = listener.sender.report(0) as Buffer;
    expect(report.readUInt32BE(4)).to.equal(SSRC);
    expect(report.readUInt32BE(16) - (listener.sent[0]?.timestamp ?? 0)).to.equal(8000);
    expect([report.readUInt32BE(20), report.readUInt32BE(24)]).to.deep.equal([1, 4]);
  });
});
