/** One camera as its WebRTC viewers share it: packets are made once, while there is a viewer. */
import { AppError } from '#shared/errors.ts';
import { splitNals } from '#shared/media/annex-b.ts';
import type { AudioPacket } from '#shared/media/audio-track.ts';
import { VIDEO_CLOCK_HZ, type VideoCodec, type VideoTrack } from '#shared/media/packet.ts';
import type { ViewerFeedback } from '#shared/media/rtp/rtcp.ts';
import { callEach } from '../../packets/call-each.ts';
import type { CarriedAudio, OpenAudioTranscoder } from '../../packets/carried-audio.ts';
import type { SequencedPacket } from '../../packets/gop-cache.ts';
import type { PacketSubscriber, PacketSubscription } from '../../packets/packet-hub.ts';
import { ReorderingWatch } from '../../packets/reordering.ts';
import { AudioStream } from './audio-stream.ts';
import type { AudioSender } from './rtp/audio-sender.ts';
import { RtpPacketizer } from './rtp/packetizer.ts';
import { RtpLog } from './rtp/rtp-log.ts';
import { PACE_MS, type RtpSender } from './rtp/rtp-sender.ts';

/** An opening session waits no longer for pictures that show whether there are B-frames, milliseconds. */
const DECISION_MS = 500;

/** A session that plays a camera. */
export interface StreamViewer {
  readonly sender: RtpSender;
  /** Its sound, where both sides have agreed on one. */
  readonly audio?: AudioSender | undefined;
  /** A session with the camera begins; packets of this codec follow, a keyframe first. */
  onCodec(codec: VideoCodec): void;
  /** Nothing more comes that this viewer could be sent. */
  onEnd(reason: AppError): void;
}

/** Gives packets of a camera. */
export interface PacketFeed {
  subscribePackets(cameraId: string, subscriber: PacketSubscriber): PacketSubscription;
}

/** Packets of one camera for all of its viewers. */
export class CameraStream implements PacketSubscriber {
  readonly log = new RtpLog();
  readonly #cameraId: string;
  /** Everyone who plays or is about to. */
  readonly #viewers = new Set<StreamViewer>();
  readonly #playing = new Set<StreamViewer>();
  readonly #subscription: PacketSubscription;
  readonly #audio: AudioStream;
  #codec: VideoCodec | undefined;
  #packetizer: RtpPacketizer | undefined;
  #watch: ReorderingWatch | undefined;
  #decision: PromiseWithResolvers<void> | undefined;
  #fault: AppError | undefined;
  #epoch = 0;
  #pace: NodeJS.Timeout | undefined;

  constructor(cameraId: string, feed: PacketFeed, openTranscoder?: OpenAudioTranscoder) {
    this.#cameraId = cameraId;
    this.#audio = new AudioStream(openTranscoder);
    this.#subscription = feed.subscribePackets(cameraId, this);
  }

  /** What the camera sends; undefined while it has not been there. */
  get codec(): VideoCodec | undefined {
    return this.#codec;
  }

  /** What viewers hear; undefined while the camera has no sound for them. */
  get audioCodec(): CarriedAudio | undefined {
    return this.#audio.codec;
  }

  /** Why WebRTC cannot carry what the camera sends. */
  get fault(): AppError | undefined {
    return this.#fault;
  }

  /**
   * Resolves when the pictures have shown whether WebRTC can carry them: immediately, but for a camera
   * whose first pictures are just coming and whose parameter sets leave it open.
   */
  async decided(): Promise<void> {
    await this.#subscription.woken;
    const { pictures = 0, isKnown = true } = this.#watch ?? {};
    if (this.#fault !== undefined || pictures === 0 || isKnown) return;
    this.#decision ??= Promise.withResolvers();
    const { promise, resolve } = this.#decision;
    const timer = setTimeout(resolve, DECISION_MS);
    await promise;
    clearTimeout(timer);
  }

  /** Tells a viewer when there is nothing to play, also before it plays. */
  add(viewer: StreamViewer): void {
    this.#viewers.add(viewer);
  }

  /** Sends to a viewer from now on, at first the current group of pictures. */
  play(viewer: StreamViewer): void {
    this.#playing.add(viewer);
    if (this.#codec !== undefined) viewer.onCodec(this.#codec);
    if (this.#fault !== undefined) viewer.onEnd(this.#fault);
    viewer.sender.pump(false);
    this.#keepPace();
    if (viewer.audio !== undefined && this.#playing.has(viewer)) this.#audio.add(viewer.audio);
  }

  remove(viewer: StreamViewer): void {
    if (viewer.audio !== undefined) this.#audio.remove(viewer.audio);
    this.#viewers.delete(viewer);
    this.#playing.delete(viewer);
  }

  /** Serves what a viewer reports. */
  take(viewer: StreamViewer, feedback: ViewerFeedback): void {
    viewer.sender.take(feedback);
    if (viewer.sender.isBehind) viewer.sender.pump(false);
    this.#keepPace();
  }

  onTrack(track: VideoTrack): void {
    this.#codec = track.codec;
    this.#epoch += 1;
    this.log.breakOff();
    this.#fault = undefined;
    this.#packetizer = undefined;
    this.#watch = undefined;
    this.#audio.begin(track.audio);
    if (track.codec === 'mjpeg') {
      this.#fail(
        new AppError('webrtc-unsupported-codec', 'The camera sends MJPEG, which WebRTC cannot carry'),
      );
      return;
    }
    this.#packetizer = new RtpPacketizer(track.codec, track.parameterSets);
    this.#watch = new ReorderingWatch(track.codec, track.parameterSets);
    this.#call(this.#playing, (viewer) => viewer.onCodec(track.codec));
  }

  onPacket(packet: SequencedPacket): void {
    if (this.#packetizer === undefined) return;
    const { keyframe, mediaTimeMs } = packet;
    const nals = splitNals(packet.data);
    if (this.#watch?.add({ nals, keyframe, mediaTimeMs }) === true) {
      this.#packetizer = undefined;
      this.#fail(
        new AppError('webrtc-b-frames', 'The camera sends B-frames, which WebRTC cannot carry in order'),
      );
      return;
    }
    if (this.#watch?.isKnown === true) this.#decide();
    const packets = this.#packetizer.packetize(nals, keyframe);
    if (packets.length === 0) return;
    const ticks = (mediaTimeMs * VIDEO_CLOCK_HZ) / 1000;
    this.log.append(packets, { keyframe, ticks, epoch: this.#epoch });
    this.#pump(this.#playing, true);
    this.#keepPace();
  }

  onAudio(packet: AudioPacket): void {
    if (this.#packetizer !== undefined) this.#audio.push(packet);
  }

  onRemoved(): void {
    this.#audio.begin(undefined);
    this.#codec = undefined;
    this.#packetizer = undefined;
    this.log.breakOff();
    this.#end(new AppError('camera-removed', `Camera ${this.#cameraId} was removed`));
  }

  onFailure(cause: unknown): void {
    this.#packetizer = undefined;
    this.#audio.begin(undefined);
    this.#fail(
      new AppError('webrtc-unsupported-codec', 'The stream of the camera cannot be sent as RTP', { cause }),
    );
  }

  close(): void {
    this.#decide();
    clearTimeout(this.#pace);
    this.#subscription.close();
    this.#audio.close();
    this.#playing.clear();
    this.#viewers.clear();
  }

  #fail(fault: AppError): void {
    this.#fault = fault;
    this.log.breakOff();
    this.#end(fault);
  }

  #decide(): void {
    this.#decision?.resolve();
    this.#decision = undefined;
  }

  #end(reason: AppError): void {
    this.#decide();
    this.#call(this.#viewers, (viewer) => viewer.onEnd(reason));
  }

  #pump(viewers: Iterable<StreamViewer>, isNew: boolean): void {
    this.#call(viewers, ({ sender }) => sender.pump(isNew));
  }

  /** A viewer that throws ends alone. */
  #call(viewers: Iterable<StreamViewer>, call: (viewer: StreamViewer) => void): void {
    callEach(viewers, call, (viewer, cause) => {
      this.remove(viewer);
      viewer.onEnd(new AppError('internal-error', 'The session failed; the log knows more', { cause }));
    });
  }

  /** Goes on with those who could not be sent everything in one go. */
  #keepPace(): void {
    if (this.#pace !== undefined) return;
    if (![...this.#playing].some(({ sender }) => sender.isBehind)) return;
    this.#pace = setTimeout(() => {
      this.#pace = undefined;
      this.#pump(
        [...this.#playing].filter(({ sender }) => sender.isBehind),
        false,
      );
      this.#keepPace();
    }, PACE_MS);
  }
}
