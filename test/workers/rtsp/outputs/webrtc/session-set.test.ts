import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import type { Session } from '../../../../../workers/rtsp/outputs/webrtc/session.ts';
import {
  SessionSet,
  type SessionSetOptions,
} from '../../../../../workers/rtsp/outputs/webrtc/session-set.ts';
import { UdpPort } from '../../../../../workers/rtsp/outputs/webrtc/udp-port.ts';
import { PacketCameras } from '../../../../doubles/packet-cameras.ts';
import { browserAnswer, browserOffer, PeerFactory } from '../../../../doubles/peer-double.ts';
import { rejection } from '../../../../support/errors.ts';
import { silentLog } from '../../../../support/serve.ts';
import { waitFor } from '../../../../support/wait-for.ts';

const TIMINGS = { answerMs: 30_000, goneMs: 15_000, reportMs: 2000 };
const PLI = Buffer.from([0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]);

describe('WebRTC sessions', () => {
  let cameras: PacketCameras;
  let factory: PeerFactory;
  let sessions: SessionSet;

  beforeEach(() => {
    cameras = new PacketCameras('1', '2');
    factory = new PeerFactory();
    sessions = open();
  });

  afterEach(() => sessions.close());

  function open(change: Partial<SessionSetOptions> = {}): SessionSet {
    return new SessionSet({
      cameras,
      udpPort: new UdpPort(0, false),
      publicAddresses: [],
      loadPeers: async () => factory.create,
      log: silentLog,
      timings: TIMINGS,
      ...change,
    });
  }

  /** Opens a session that plays. */
  async function play(cameraId: string): Promise<Session> {
    const session = await sessions.open(cameraId);
    session.acceptAnswer(browserAnswer());
    factory.last.connect();
    return session;
  }

  function endOf(session: Session): { reason?: AppError | undefined; hasEnded: boolean } {
    const end: { reason?: AppError | undefined; hasEnded: boolean } = { hasEnded: false };
    session.events.once('end', (reason) => Object.assign(end, { reason, hasEnded: true }));
    return end;
  }

  const payloadTypes = () => factory.last.sent.map((packet) => (packet[1] as number) & 0x7f);

  describe('numbers', () => {
    it('count up over all cameras from 0', async () => {
      const ids = [await sessions.open('1'), await sessions.open('2'), await sessions.open('1')].map(
        ({ id }) => id,
      );
      expect(ids).to.deep.equal(['1_0', '2_1', '1_2']);
    });

    it("are the gateway's where there is one", async () => {
      expect((await sessions.open('1', { number: 41, isClientLocal: true })).id).to.equal('1_41');
    });
  });

  it('offers H.264 and H.265, with the candidates and the addresses only an operator knows', async () => {
    sessions = open({ publicAddresses: ['203.0.113.9'] });
    const session = await sessions.open('1');
    expect(factory.last.media.codecs.map(({ codec }) => codec)).to.deep.equal(['h264', 'hevc']);
    expect(session.candidates.map(({ candidate }) => candidate.split(' ')[4])).to.deep.equal([
      '192.0.2.2',
      '203.0.113.9',
    ]);
  });

  describe('of a camera with sound', () => {
    const sounds = () =>
      factory.last.sentAudio.map((packet) => [(packet[1] as number) & 0x7f, packet.subarray(12).toString()]);

    it('offer it after the picture, and send what the client takes', async () => {
      cameras.begin('1', 'h264', 'pcmu');
      const session = await sessions.open('1');
      expect(factory.last.media.audio?.codecs.map(({ codec }) => codec)).to.deep.equal([
        'opus',
        'pcmu',
        'pcma',
      ]);
      session.acceptAnswer(browserAnswer([96], [111, 0]));
      cameras.sound('1', 'too early');
      factory.last.connect();
      cameras.sound('1', 'tone');
      expect(sounds()).to.deep.equal([[0, 'tone']]);
      cameras.begin('1', 'h264', 'opus');
      cameras.sound('1', 'opus');
      expect(sounds().at(-1)).to.deep.equal([111, 'opus']);
    });

    it('answer with it in the payload type the player chose', async () => {
      cameras.begin('1', 'h264', 'opus');
      await sessions.openWhep('1', browserOffer({ media: ['video', 'audio'] }));
      factory.last.connect();
      cameras.sound('1', 'opus');
      expect(sounds()).to.deep.equal([[111, 'opus']]);
    });

    it('play the picture alone to a client that refuses it', async () => {
      cameras.begin('1', 'h264', 'pcmu');
      cameras.keyframe('1');
      const session = await sessions.open('1');
      session.acceptAnswer(browserAnswer([96], []));
      factory.last.connect();
      cameras.sound('1', 'tone');
      expect(sounds()).to.deep.equal([]);
      expect(payloadTypes()).to.deep.equal([96, 96]);
    });

    it('report for both, so that a player can keep them in step', async () => {
      cameras.begin('1', 'h264', 'pcmu');
      cameras.keyframe('1');
      const session = await sessions.open('1');
      session.acceptAnswer(browserAnswer([96], [0]));
      factory.last.connect();
      cameras.sound('1', 'tone');
      session.check(performance.now() + 3000);
      const isReport = (packet: Buffer) => packet[1] === 200;
      expect(factory.last.sent.filter(isReport)).to.have.length(1);
      expect(factory.last.sentAudio.filter(isReport)).to.have.length(1);
    });
  });

  it('offers no sound of a camera without', async () => {
    cameras.begin('1');
    await sessions.open('1');
    expect(factory.last.media.audio).to.equal(undefined);
  });

  it('plays the current group of pictures as soon as the connection is there', async () => {
    cameras.begin('1');
    cameras.keyframe('1');
    cameras.picture('1');
    await play('1');
    expect(payloadTypes()).to.deep.equal([96, 96, 96]);
    cameras.picture('1');
    expect(factory.last.sent).to.have.length(4);
  });

  it('makes packets of a camera once for all viewers, and not at all without one', async () => {
    const [first, second] = [await play('1'), await play('1')];
    expect(cameras.viewers('1')).to.equal(1);
    cameras.begin('1');
    cameras.keyframe('1');
    expect(factory.peers.map(({ sent }) => sent.length)).to.deep.equal([2, 2]);
    first.end();
    expect(cameras.viewers('1')).to.equal(1);
    second.end();
    expect(cameras.viewers('1')).to.equal(0);
  });

  it('answers a player in the payload type it chose', async () => {
    cameras.begin('1');
    cameras.keyframe('1');
    const session = await sessions.openWhep('1', browserOffer());
    factory.last.connect();
    expect(session.id).to.equal('1_0');
    expect(payloadTypes()).to.deep.equal([102, 102]);
  });

  it("uses a player's candidates soon after it has the answer", async () => {
    cameras.begin('1');
    cameras.keyframe('1');
    const candidate = 'candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host';
    await sessions.openWhep('1', `${browserOffer()}a=${candidate}\r\n`);
    expect(factory.last.candidates).to.deep.equal([]);
    await waitFor(() => factory.last.candidates.length === 1);
    expect(factory.last.candidates).to.deep.equal([candidate]);
  });

  it("passes over those of a player's candidates that cannot be taken any more, or never", async () => {
    const candidate = 'candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host';
    const session = await sessions.openWhep(
      '1',
      `${browserOffer()}a=${candidate} \r\na=${candidate} refused\r\na=${candidate}\r\n`,
    );
    factory.last.refuses = / refused$/;
    await waitFor(() => factory.last.candidates.length === 1);
    expect(factory.last.candidates).to.deep.equal([candidate]);
    expect(session.isAnswered).to.equal(true);
  });

  it('plays to a session that takes the number of another one', async () => {
    const opening = { number: 7, isClientLocal: true };
    const first = endOf(await sessions.open('1', opening));
    const second = await sessions.open('1', opening);
    expect(first.hasEnded).to.equal(true);
    second.acceptAnswer(browserAnswer());
    factory.last.connect();
    cameras.begin('1');
    cameras.keyframe('1');
    expect(payloadTypes()).to.deep.equal([96, 96]);
    expect(sessions.list()).to.deep.equal([second]);
  });

  it('outlives sessions with the camera, also when the codec changes to one the client takes', async () => {
    cameras.begin('1');
    cameras.keyframe('1');
    const session = await sessions.open('1');
    session.acceptAnswer(browserAnswer([96, 97]));
    factory.last.connect();
    cameras.begin('1', 'hevc');
    cameras.keyframe('1');
    expect(payloadTypes()).to.deep.equal([96, 96, 97, 97]);
    expect(session.state).to.equal('connected');
  });

  it('serves a keyframe request from memory, immediately', async () => {
    cameras.begin('1');
    await play('1');
    cameras.keyframe('1');
    cameras.picture('1');
    expect(factory.last.sent).to.have.length(3);
    factory.last.handlers.onRtcp(PLI);
    expect(factory.last.sent).to.have.length(6);
  });

  describe('refuse', () => {
    it('unknown cameras', async () => {
      expect((await rejection(sessions.open('9'))).code).to.equal('camera-not-found');
    });

    it('more than this worker carries', async () => {
      sessions = open({ maxSessions: 1 });
      await sessions.open('1');
      expect((await rejection(sessions.open('1'))).code).to.equal('too-many-requests');
    });

    it('MJPEG and B-frames, with codes that lead a client to the next transport', async () => {
      cameras.begin('1', 'mjpeg');
      expect((await rejection(sessions.openWhep('1', browserOffer()))).code).to.equal(
        'webrtc-unsupported-codec',
      );
      cameras.begin('2');
      cameras.keyframe('2');
      cameras.bPicture('2');
      expect((await rejection(sessions.open('2'))).code).to.equal('webrtc-b-frames');
      expect(sessions.list()).to.deep.equal([]);
    });

    it('B-frames of a camera whose first picture has just come', async () => {
      cameras.begin('1');
      cameras.keyframe('1');
      const refusal = rejection(sessions.openWhep('1', browserOffer()));
      await waitFor(() => cameras.viewers('1') === 1);
      cameras.picture('1');
      cameras.bPicture('1');
      expect((await refusal).code).to.equal('webrtc-b-frames');
      expect(cameras.viewers('1')).to.equal(0);
    });

    it('a camera that is removed while its first pictures are awaited', async () => {
      cameras.begin('1');
      cameras.keyframe('1');
      const refusal = rejection(sessions.openWhep('1', browserOffer()));
      await waitFor(() => cameras.viewers('1') === 1);
      cameras.remove('1');
      expect((await refusal).code).to.equal('session-not-found');
    });

    it('H.265 for a client without it', async () => {
      cameras.begin('1', 'hevc');
      expect((await rejection(sessions.openWhep('1', browserOffer()))).code).to.equal(
        'webrtc-unsupported-codec',
      );
      const session = await sessions.open('1');
      expect(() => session.acceptAnswer(browserAnswer([96]))).to.throw('H.265');
    });

    it('a second answer', async () => {
      const session = await play('1');
      expect(() => session.acceptAnswer(browserAnswer())).to.throw('awaits no answer');
    });

    it('to start while the library cannot, and try again for the next viewer', async () => {
      let isBroken = true;
      sessions = open({
        loadPeers: async () => {
          if (isBroken) throw new AppError('webrtc-unavailable', 'no such file');
          return factory.create;
        },
      });
      expect((await rejection(sessions.open('1'))).message).to.equal('no such file');
      isBroken = false;
      expect((await sessions.open('1')).id).to.equal('1_0');
    });
  });

  describe('end', () => {
    it('without an answer within 30 s', async () => {
      const session = await sessions.open('1');
      const end = endOf(session);
      session.check(performance.now() + 20_000);
      expect(end.hasEnded).to.equal(false);
      session.check(performance.now() + 30_001);
      expect(end.reason?.code).to.equal('webrtc-unanswered');
      expect(factory.last.isClosed).to.equal(true);
      expect(sessions.list()).to.deep.equal([]);
    });

    it('when nothing is heard of the viewer for 15 s, and not while it reports', async () => {
      const session = await play('1');
      const end = endOf(session);
      session.check(performance.now() + 10_000);
      expect(end.hasEnded).to.equal(false);
      session.check(performance.now() + 15_001);
      expect(end.reason?.code).to.equal('webrtc-peer-gone');
      expect(factory.last.isClosed).to.equal(true);
    });

    it('when the viewer says farewell', async () => {
      const end = endOf(await play('1'));
      factory.last.handlers.onState('closed');
      expect(end).to.deep.equal({ hasEnded: true, reason: undefined });
    });

    it('when the camera is removed, and the client is told why', async () => {
      const end = endOf(await play('1'));
      cameras.remove('1');
      expect(end.reason?.code).to.equal('camera-removed');
    });

    it('when the camera is removed before the answer came', async () => {
      const end = endOf(await sessions.open('1'));
      cameras.remove('1');
      expect(end.reason?.code).to.equal('camera-removed');
      expect(factory.last.isClosed).to.equal(true);
    });

    it('when the camera comes back with what WebRTC cannot carry', async () => {
      cameras.begin('1');
      const end = endOf(await play('1'));
      cameras.begin('1', 'mjpeg');
      expect(end.reason?.code).to.equal('webrtc-unsupported-codec');
    });

    it('all together when the worker stops', async () => {
      const ends = [endOf(await play('1')), endOf(await sessions.open('2'))];
      sessions.close();
      expect(ends.map(({ reason }) => reason?.code)).to.deep.equal(['draining', 'draining']);
      expect(factory.peers.every(({ isClosed }) => isClosed)).to.equal(true);
    });
  });

  it('report to their viewers every two seconds', async () => {
    cameras.begin('1');
    cameras.keyframe('1');
    const session = await play('1');
    const reports = () => factory.last.sent.filter((packet) => packet[1] === 200).length;
    const now = performance.now();
    for (const after of [3000, 4000, 5000, 6000]) session.check(now + after);
    expect(reports()).to.equal(2);
  });

  it('take candidates with addresses, and pass over names and other protocols', async () => {
    const session = await play('1');
    const candidates = [
      'candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host',
      'candidate:2 1 udp 2113937151 5f3c.local 50000 typ host',
      'candidate:3 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active',
    ];
    for (const candidate of candidates) session.addCandidate(candidate);
    session.addCandidate('');
    expect(factory.last.candidates).to.deep.equal([candidates[0]]);
    expect(() => session.addCandidate('nonsense')).to.throw('is not an ICE candidate');
  });
});
