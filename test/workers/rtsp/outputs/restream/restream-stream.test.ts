import { expect } from 'chai';
import type { RtpPackets } from '#shared/media/rtp/rtp-packets.ts';
import type { Sender } from '#shared/media/rtsp/senders.ts';
import { RestreamSession } from '../../../../../workers/rtsp/outputs/restream/restream-session.ts';
import { RestreamStream } from '../../../../../workers/rtsp/outputs/restream/restream-stream.ts';
import { PacketCameras } from '../../../../doubles/packet-cameras.ts';

const SETS = Buffer.from([0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f, 0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80]);

/** Notes what is sent; a test decides whether earlier packets still wait. */
class SenderDouble implements Sender {
  isCongested = false;
  readonly sent: RtpPackets[] = [];
  reports = 0;

  send(packets: RtpPackets): void {
    this.sent.push(packets);
  }
  sendReport(): void {
    this.reports += 1;
  }
  isAt(): boolean {
    return false;
  }
}

describe('A camera for RTSP readers', () => {
  let cameras: PacketCameras;
  let stream: RestreamStream;

  beforeEach(() => {
    cameras = new PacketCameras('1');
    stream = new RestreamStream();
    cameras.subscribePackets('1', stream);
    cameras.begin('1');
  });

  function play(): { sender: SenderDouble; session: RestreamSession; ended: () => boolean } {
    const sender = new SenderDouble();
    let hasEnded = false;
    const session = new RestreamSession(stream, () => {
      hasEnded = true;
    });
    session.setUp('video', sender);
    session.play();
    return { sender, session, ended: () => hasEnded };
  }
  const sequencesOf = ({ sent }: SenderDouble): number[] => sent.map(({ position }) => position.sequence);

  it('begins for a new reader with the cached group of pictures, the same bytes as for others', () => {
    cameras.keyframe('1');
    const first = play();
    cameras.picture('1');
    cameras.picture('1');
    const second = play();
    expect(second.sender.sent.map(({ keyframe }) => keyframe)).to.deep.equal([true, false, false]);
    expect(second.sender.sent).to.deep.equal(first.sender.sent);
    expect(second.sender.sent[2]).to.equal(first.sender.sent[2]);
  });

  it('leaves out pictures of a slow reader up to the next keyframe, of others nothing', () => {
    cameras.keyframe('1');
    const [slow, fast] = [play(), play()];
    slow.sender.isCongested = true;
    cameras.picture('1');
    slow.sender.isCongested = false;
    cameras.picture('1');
    cameras.keyframe('1');
    expect(fast.sender.sent).to.have.length(4);
    expect(slow.sender.sent.map(({ keyframe }) => keyframe)).to.deep.equal([true, true]);
    expect(slow.session.skipped).to.equal(2);
  });

  it('tells of the times before the first packet, so that picture and sound start together', () => {
    cameras.keyframe('1');
    const { sender } = play();
    expect(sender.reports).to.equal(1);
  });

  it('goes on through a reconnect of the camera, numbers without a gap', () => {
    cameras.keyframe('1');
    const { sender, ended } = play();
    cameras.begin('1');
    cameras.keyframe('1');
    const [before, after] = sender.sent;
    expect(sequencesOf(sender)[1]).to.equal(((sequencesOf(sender)[0] ?? 0) + (before?.count ?? 0)) & 0xffff);
    expect([after?.position.ssrc, ended()]).to.deep.equal([before?.position.ssrc, false]);
  });

  it('ends its readers when the camera sends another codec, or is removed', () => {
    cameras.keyframe('1');
    const first = play();
    cameras.begin('1', 'hevc');
    expect(first.ended()).to.equal(true);
    cameras.begin('1');
    cameras.keyframe('1');
    const second = play();
    stream.onRemoved();
    expect(second.ended()).to.equal(true);
  });

  it('is described once its parameter sets are known, and not before', async () => {
    cameras.keyframe('1');
    expect(await stream.describe(5)).to.equal(undefined);
    const waiting = stream.describe(5000);
    stream.onTrack({ codec: 'h264', parameterSets: SETS, announcedFps: undefined });
    cameras.keyframe('1');
    expect(await waiting)
      .to.include('a=rtpmap:96 H264/90000')
      .and.to.include('a=control:trackID=0');
  });

  it('is refused where it sends pictures that RTP cannot carry', async () => {
    cameras.begin('1', 'mjpeg');
    cameras.keyframe('1');
    expect(await stream.describe(5000)).to.equal(undefined);
    expect(stream.isUnsupported).to.equal(true);
  });
});
