import { expect } from 'chai';
import { RtpLog } from '../../../../../workers/rtsp/outputs/webrtc/rtp/rtp-log.ts';
import { RtpSender } from '../../../../../workers/rtsp/outputs/webrtc/rtp/rtp-sender.ts';

/** A packet as it went out. */
interface Sent {
  sequence: number;
  timestamp: number;
  payloadType: number;
  ssrc: number;
  marker: number;
  label: string;
}

const nothing = { missing: [], wantsKeyframe: false, lossRate: undefined };

/** A viewer of a camera that a test plays. */
class Stage {
  readonly log = new RtpLog();
  readonly sent: Sent[] = [];
  now = 1000;
  epoch = 1;
  readonly sender = new RtpSender({
    log: this.log,
    ssrc: 0xcafe,
    send: (packet) => this.sent.push(read(packet)),
    random: () => 0.5,
    now: () => this.now,
  });

  /** The camera sends an access unit of so many packets. */
  frame(name: string, ticks: number, { keyframe = false, packets = 1 } = {}): void {
    const data = Array.from({ length: packets }, (_, index) => packetOf(`${name}${index}`));
    this.log.append(data, { keyframe, ticks, epoch: this.epoch });
  }

  get labels(): string[] {
    return this.sent.map(({ label }) => label);
  }
}

function packetOf(label: string): Buffer {
  return Buffer.concat([Buffer.from([0x80, 0]), Buffer.alloc(10), Buffer.from(label)]);
}

function read(packet: Buffer): Sent {
  return {
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    payloadType: (packet[1] as number) & 0x7f,
    marker: (packet[1] as number) >> 7,
    ssrc: packet.readUInt32BE(8),
    label: packet.subarray(12).toString(),
  };
}

const steps = (values: number[]) => values.slice(1).map((value, index) => value - (values[index] as number));

describe('RtpSender', () => {
  let stage: Stage;

  beforeEach(() => {
    stage = new Stage();
  });

  it('starts a viewer with the newest keyframe and everything after it, numbered without gaps', () => {
    stage.frame('old', 0, { keyframe: true });
    stage.frame('key', 3000, { keyframe: true, packets: 2 });
    stage.frame('p', 6000);
    stage.sender.restart(96);
    stage.sender.pump(false);
    expect(stage.labels).to.deep.equal(['key0', 'key1', 'p0']);
    expect(steps(stage.sent.map(({ sequence }) => sequence))).to.deep.equal([1, 1]);
    expect(stage.sent[0]).to.deep.include({ payloadType: 96, ssrc: 0xcafe });
  });

  it('lets the past be shown immediately: its pictures are hardly apart, for any camera times', () => {
    stage.frame('key', 0, { keyframe: true });
    for (let index = 1; index < 20; index += 1) stage.frame('p', index * 3000);
    stage.sender.restart(96);
    stage.sender.pump(false);
    const times = stage.sent.map(({ timestamp }) => timestamp);
    expect(steps(times).every((step) => step > 0 && step <= 90)).to.equal(true);
  });

  it('keeps the intervals of the camera once the viewer sees it live', () => {
    stage.frame('key', 0, { keyframe: true });
    stage.sender.restart(96);
    stage.sender.pump(false);
    for (let index = 1; index < 5; index += 1) {
      // The network brings them unevenly; the camera took them evenly.
      stage.now += index % 2 === 0 ? 50 : 16;
      stage.frame('p', index * 3000);
      stage.sender.pump(true);
    }
    expect(steps(stage.sent.slice(1).map(({ timestamp }) => timestamp))).to.deep.equal([3000, 3000, 3000]);
  });

  it('sends a large past in several goes, and goes on where it stopped', () => {
    stage.frame('key', 0, { keyframe: true, packets: 100 });
    stage.sender.restart(96);
    const goes: number[] = [];
    while (goes.length < 10 && (goes.length === 0 || stage.sender.isBehind)) {
      const before = stage.sent.length;
      stage.sender.pump(false);
      goes.push(stage.sent.length - before);
    }
    expect(goes).to.deep.equal([32, 32, 32, 4]);
    expect(stage.labels).to.deep.equal(Array.from({ length: 100 }, (_, index) => `key${index}`));
  });

  it('leaves out the rest of the past when a newer keyframe is there', () => {
    stage.frame('key', 0, { keyframe: true, packets: 100 });
    stage.sender.restart(96);
    stage.sender.pump(false);
    stage.frame('new', 3000, { keyframe: true });
    stage.sender.pump(true);
    expect(stage.labels.slice(32)).to.deep.equal(['new0']);
  });

  it('waits for the first keyframe of a camera that has sent none', () => {
    stage.sender.restart(96);
    stage.frame('p', 0);
    stage.sender.pump(true);
    expect(stage.labels).to.deep.equal([]);
    stage.frame('key', 3000, { keyframe: true });
    stage.sender.pump(true);
    expect(stage.labels).to.deep.equal(['key0']);
  });

  it('goes on after a reconnect of the camera: numbers and times never go back', () => {
    stage.frame('key', 900_000, { keyframe: true });
    stage.sender.restart(96);
    stage.sender.pump(true);
    stage.log.breakOff();
    stage.epoch = 2;
    stage.sender.restart(96);
    stage.now += 8000;
    stage.frame('new', 0, { keyframe: true });
    stage.sender.pump(true);
    const [before, after] = stage.sent as [Sent, Sent];
    expect(after.sequence - before.sequence).to.equal(1);
    expect(after.timestamp - before.timestamp).to.equal(8 * 90_000);
  });

  it('follows the camera anew when its clock jumps', () => {
    stage.frame('key', 0, { keyframe: true });
    stage.sender.restart(96);
    stage.sender.pump(true);
    stage.now += 40;
    stage.frame('p', 90_000 * 3600);
    stage.sender.pump(true);
    expect(steps(stage.sent.map(({ timestamp }) => timestamp))).to.deep.equal([3600]);
  });

  describe('asked for a lost packet', () => {
    it('sends it again as it was', () => {
      stage.frame('key', 0, { keyframe: true, packets: 3 });
      stage.sender.restart(96);
      stage.sender.pump(true);
      const lost = stage.sent[1] as Sent;
      stage.sender.take({ ...nothing, missing: [lost.sequence] });
      expect(stage.sent[3]).to.deep.equal(lost);
    });

    it('still has those from before the newest keyframe', () => {
      stage.frame('key', 0, { keyframe: true });
      stage.sender.restart(96);
      stage.sender.pump(true);
      stage.frame('new', 3000, { keyframe: true });
      stage.sender.pump(true);
      stage.sender.take({ ...nothing, missing: [stage.sent[0]?.sequence as number] });
      expect(stage.labels).to.deep.equal(['key0', 'new0', 'key0']);
    });

    it('is silent about numbers it never gave, and does not let itself be made to flood', () => {
      stage.frame('key', 0, { keyframe: true });
      stage.sender.restart(96);
      stage.sender.pump(true);
      const { sequence } = stage.sent[0] as Sent;
      stage.sender.take({ ...nothing, missing: [sequence + 1, sequence - 1, sequence - 2000] });
      expect(stage.sent).to.have.length(1);
      stage.sender.take({ ...nothing, missing: Array(5000).fill(sequence) });
      expect(stage.sent.length).to.be.lessThan(1000);
    });
  });

  describe('asked for a keyframe', () => {
    const wish = { ...nothing, wantsKeyframe: true };

    it('goes back to the newest one, since no camera makes one on demand', () => {
      stage.frame('key', 0, { keyframe: true });
      stage.sender.restart(96);
      stage.sender.pump(true);
      stage.frame('p', 3000);
      stage.sender.pump(true);
      stage.now += 2000;
      stage.sender.take(wish);
      stage.sender.pump(false);
      expect(stage.labels).to.deep.equal(['key0', 'p0', 'key0', 'p0']);
      expect(steps(stage.sent.map(({ sequence }) => sequence))).to.deep.equal([1, 1, 1]);
    });

    it('does so once a second at most', () => {
      stage.frame('key', 0, { keyframe: true });
      stage.sender.restart(96);
      stage.sender.pump(true);
      for (let index = 1; index <= 4; index += 1) {
        stage.now += 400;
        stage.frame('p', index * 36_000);
        stage.sender.pump(true);
        stage.sender.take(wish);
        stage.sender.pump(false);
      }
      // At the start, after 400 ms and after 1600 ms.
      expect(stage.labels.filter((label) => label === 'key0')).to.have.length(3);
    });

    it('does not start over with a viewer that is still being sent the first one', () => {
      stage.frame('key', 0, { keyframe: true, packets: 40 });
      stage.sender.restart(96);
      stage.sender.pump(false);
      stage.now += 2000;
      stage.sender.take(wish);
      stage.sender.pump(false);
      expect(stage.sent).to.have.length(40);
    });
  });
});

describe('RtpLog', () => {
  it('keeps the current group of pictures and a little of the one before', () => {
    const log = new RtpLog();
    const append = (keyframe: boolean) => log.append([packetOf('x')], { keyframe, ticks: 0, epoch: 1 });
    append(true);
    for (let index = 1; index < 2000; index += 1) append(false);
    expect(log.get(0)).to.not.equal(undefined);
    append(true);
    expect(log.keyframe).to.equal(2000);
    expect(log.get(2000 - 512)).to.not.equal(undefined);
    expect(log.get(2000 - 513)).to.equal(undefined);
  });

  it('gives up a group without end', () => {
    const log = new RtpLog();
    const block = Buffer.alloc(1024 * 1024);
    log.append([block], { keyframe: true, ticks: 0, epoch: 1 });
    for (let index = 0; index < 1200; index += 1)
      log.append([block], { keyframe: false, ticks: 0, epoch: 1 });
    expect(log.keyframe).to.equal(undefined);
    expect(log.get(0)).to.equal(undefined);
    expect(log.get(log.end - 1)).to.not.equal(undefined);
  });
});
