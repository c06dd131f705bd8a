/** Damaged media, round after round, through everything that takes a camera's packets. The same seed brings it back. */
import { AppError } from '#shared/errors.ts';
import type { VideoCodec, VideoTrack } from '#shared/media/packet.ts';
import { parseAudioMedia } from '#shared/media/rtsp/audio-media.ts';
import { parseVideoMedia, type VideoMedia } from '#shared/media/rtsp/video-media.ts';
import { HlsStream } from '../../workers/rtsp/outputs/hls/hls-stream.ts';
import { SampleStream } from '../../workers/rtsp/outputs/mp4/sample-stream.ts';
import { MseBroadcasts, type MseViewer } from '../../workers/rtsp/outputs/mse/mse-broadcast.ts';
import { CameraStream } from '../../workers/rtsp/outputs/webrtc/camera-stream.ts';
import { GopCache } from '../../workers/rtsp/packets/gop-cache.ts';
import { PacketHub } from '../../workers/rtsp/packets/packet-hub.ts';
import { AudioReceiver } from '../../workers/rtsp/source/rtsp/audio-receiver.ts';
import { RtpReceiver } from '../../workers/rtsp/source/rtsp/rtp-receiver.ts';
import { AAC_TRACK, annexB, SETS, slice } from '../shared/media/mp4/material.ts';
import { Random } from '../soak/random.ts';

/** What became of the rounds. */
export interface FuzzResult {
  rounds: number;
  /** Fragments and segments' parts that players would have got. */
  delivered: number;
  /** Subscribers that ended by an error of their own; the others went on. */
  failedSubscribers: number;
}

/** Rounds of one session with a camera, before it "connects" anew. */
const SESSION_ROUNDS = 20;
const PAYLOAD_TYPE = 96;
const AUDIO_PAYLOAD_TYPE = 97;
const SDP = [
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=Camera\r\nt=0 0\r\na=control:*',
  'm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=framerate:25',
  'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkAoD2hAAADAAEAAAMAPA8WLkg=,aMuMsg==',
  'a=control:track1\r\nm=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/16000/1',
  'a=fmtp:97 streamtype=5;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408',
  'a=control:track2\r\n',
].join('\r\n');

/**
 * Runs rounds of damaged descriptions, parameter sets, slices and RTP.
 * @throws an error that reaches beyond its subscriber
 */
export function fuzzMedia(rounds: number, seed: number): FuzzResult {
  const random = new Random(seed);
  const result: FuzzResult = { rounds, delivered: 0, failedSubscribers: 0 };
  for (let round = 0; round < rounds; round += SESSION_ROUNDS) {
    const session = new FuzzedSession(random, result);
    for (let index = 0; index < Math.min(SESSION_ROUNDS, rounds - round); index += 1) session.round();
    session.close();
  }
  return result;
}

/** One session with a camera, and all outputs of it. */
class FuzzedSession {
  readonly #random: Random;
  readonly #result: FuzzResult;
  readonly #hub: PacketHub;
  readonly #origin: { track: VideoTrack | undefined; gop: GopCache } = {
    track: undefined,
    gop: new GopCache(),
  };
  readonly #codec: VideoCodec;
  readonly #sets: readonly Buffer[];
  readonly #video: RtpReceiver;
  readonly #audio: AudioReceiver;
  readonly #closers: (() => void)[] = [];
  readonly #broadcasts: MseBroadcasts;
  #sequence = 0;
  #rtpSequence = 0;
  #timestamp = 0;

  constructor(random: Random, result: FuzzResult) {
    this.#random = random;
    this.#result = result;
    this.#hub = new PacketHub(() => {
      result.failedSubscribers += 1;
    });
    const name = random.pick(Object.keys(SETS)) as keyof typeof SETS;
    this.#codec = random.integer(0, 9) === 0 ? 'mjpeg' : name.startsWith('hevc') ? 'hevc' : 'h264';
    this.#sets = SETS[name];
    this.#hub.attach(this.#origin);
    const feed = {
      subscribePackets: (_id: string, subscriber: Parameters<PacketHub['subscribe']>[0]) =>
        this.#hub.subscribe(subscriber),
    };
    this.#broadcasts = new MseBroadcasts(feed, (_track, emit) => ({ push: emit, close: () => {} }));
    const hls = new HlsStream({ firstSequence: 1, firstDiscontinuity: 0, targetDuration: 2 });
    const subscription = this.#hub.subscribe(new SampleStream(hls, { codecs: ['aac'] }));
    const webrtc = new CameraStream('1', feed);
    this.#closers.push(
      () => subscription.close(),
      () => webrtc.close(),
    );
    const media: VideoMedia = {
      codec: this.#codec,
      payloadType: PAYLOAD_TYPE,
      control: '*',
      announcedFps: random.pick([undefined, 25, 1e-7, 1e9]),
      parameterSets: annexB(...this.#damageSome(this.#sets)),
    };
    this.#origin.track = { ...media, audio: AAC_TRACK };
    this.#hub.announce(this.#origin);
    this.#video = new RtpReceiver(media, (packet) => this.#publish(packet));
    const frameHeader = { size: 13, index: 3, indexDelta: 3 };
    const sound = { ...AAC_TRACK, payloadType: AUDIO_PAYLOAD_TYPE, control: '*', frameHeader };
    this.#audio = new AudioReceiver(sound, (packet) => this.#hub.publishAudio(this.#origin, packet));
  }

  /** One thing that a camera might do. */
  round(): void {
    const kinds = [
      this.#sendPicture,
      this.#sendPicture,
      this.#sendRtp,
      this.#sendSound,
      this.#describe,
      this.#join,
    ];
    (this.#random.pick(kinds) as () => void).call(this);
  }

  close(): void {
    this.#hub.remove(this.#origin);
    for (const close of this.#closers) close();
  }

  #publish(packet: { data: Buffer; keyframe: boolean; mediaTimeMs: number; capturedAt: number }): void {
    this.#sequence += 1;
    const sequenced = { ...packet, sequence: this.#sequence };
    this.#origin.gop.push(sequenced);
    this.#hub.publish(this.#origin, sequenced);
  }

  /** An access unit with parameter sets and slices of which some are damaged. */
  #sendPicture(): void {
    const keyframe = this.#random.integer(0, 2) === 0;
    const nals = this.#damageSome([...(keyframe ? this.#sets : []), slice(keyframe)]);
    this.#publish({
      data: annexB(...nals),
      keyframe,
      mediaTimeMs: this.#nextTime() / 90,
      capturedAt: 1.7e12,
    });
  }

  /** RTP with a damaged header or payload. */
  #sendRtp(): void {
    const payload = this.#damage(this.#random.pick([...this.#sets, slice(true), slice(false)]) as Buffer);
    this.#video.pushBytes(this.#damage(this.#rtp(payload, PAYLOAD_TYPE)));
  }

  #sendSound(): void {
    const frame = Buffer.concat([Buffer.from([0, 16, 0, 64]), Buffer.alloc(8, this.#random.integer(0, 255))]);
    this.#audio.pushBytes(this.#damage(this.#rtp(this.#damage(frame), AUDIO_PAYLOAD_TYPE)));
  }

  #describe(): void {
    const sdp = this.#damage(Buffer.from(SDP, 'latin1')).toString('latin1');
    parseAudioMedia(sdp);
    try {
      parseVideoMedia(sdp);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  /** A viewer that comes now gets what is kept. */
  #join(): void {
    const viewer: MseViewer = {
      onHead: () => {},
      onFragment: ({ data }) => {
        this.#result.delivered += data.length > 0 ? 1 : 0;
      },
      onUnsupported: () => {},
      onRemoved: () => {},
      onFailure: () => {},
    };
    const sound = this.#random.pick(['none', 'untouched', 'any'] as const);
    const { close } = this.#broadcasts.join('1', viewer, sound);
    this.#closers.push(close);
  }

  #rtp(payload: Buffer, payloadType: number): Buffer {
    const header = Buffer.alloc(12);
    this.#rtpSequence += this.#random.integer(0, 20) === 0 ? this.#random.integer(0, 40_000) : 1;
    header[0] = 0x80;
    header[1] = payloadType | (this.#random.integer(0, 1) << 7);
    header.writeUInt16BE(this.#rtpSequence & 0xffff, 2);
    header.writeUInt32BE(this.#nextTime() >>> 0, 4);
    return Buffer.concat([header, payload]);
  }

  /** Mostly the next picture's; now and then any. */
  #nextTime(): number {
    const isJump = this.#random.integer(0, 15) === 0;
    this.#timestamp = isJump ? this.#random.integer(0, 2 ** 32 - 1) : this.#timestamp + 3600;
    return this.#timestamp;
  }

  #damageSome(nals: readonly Buffer[]): Buffer[] {
    return nals.map((nal) => (this.#random.integer(0, 1) === 0 ? nal : this.#damage(nal)));
  }

  /** Changes, removes, adds or repeats some bytes; or nothing. */
  #damage(bytes: Buffer): Buffer {
    const random = this.#random;
    const result = Buffer.from(bytes);
    for (let flips = random.integer(0, 3); flips > 0; flips -= 1) {
      const at = random.integer(0, result.length - 1);
      result[at] = (result[at] as number) ^ (1 << random.integer(0, 7));
    }
    const at = random.integer(0, result.length);
    const kind = random.integer(0, 9);
    if (kind === 0) return result.subarray(0, at);
    if (kind === 1)
      return Buffer.concat([result, Buffer.alloc(random.integer(1, 32), random.integer(0, 255))]);
    if (kind === 2) return Buffer.concat([result.subarray(0, at), result]);
    return result;
  }
}
