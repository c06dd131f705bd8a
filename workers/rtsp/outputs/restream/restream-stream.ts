/** One camera for all its RTSP readers: packed once, from one subscription to its packets. */
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { RtpPackets } from '#shared/media/rtp/rtp-packets.ts';
import { audioSection, describeSession } from '#shared/media/rtsp/description.ts';
import type { SequencedPacket } from '../../packets/gop-cache.ts';
import type { PacketSubscriber } from '../../packets/packet-hub.ts';
import { AudioPacker } from './audio-packer.ts';
import { VideoPacker } from './video-packer.ts';

/** Names of the tracks, relative to the stream's address. */
export const VIDEO_CONTROL = 'trackID=0';
export const AUDIO_CONTROL = 'trackID=1';

/** A group of pictures that goes on for longer is not kept: readers then wait for the next. */
const MAX_GROUP_BYTES = 16 * 1024 * 1024;
/** Everything else that is sent untouched comes with the picture. */
const NAME = 'Camera';

/** A client that plays the stream. */
export interface Reader {
  onVideo(packets: RtpPackets): void;
  onAudio(packets: RtpPackets): void;
  /** Nothing follows: the camera was removed, or sends something else now. */
  onEnd(): void;
}

/** A subscriber of the camera's packets. */
export class RestreamStream implements PacketSubscriber {
  #video: VideoPacker | undefined;
  #audio: AudioPacker | undefined;
  readonly #readers = new Set<Reader>();
  #group: RtpPackets[] = [];
  #groupBytes = 0;
  #changed = Promise.withResolvers<void>();
  #isUnsupported = false;
  /** How many connections use it; its owner counts. */
  users = 0;

  get video(): VideoPacker | undefined {
    return this.#video;
  }

  get audio(): AudioPacker | undefined {
    return this.#audio;
  }

  /** The camera sends JPEGs that RTP cannot carry. */
  get isUnsupported(): boolean {
    return this.#isUnsupported;
  }

  /** First packets of a reader that joins now; undefined while there are none. */
  get start(): RtpPackets | undefined {
    return this.#group[0];
  }

  /** The session description. @returns undefined when it is not known in time */
  async describe(timeoutMs: number): Promise<string | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    let isLate = false;
    void late.then(() => {
      isLate = true;
    });
    while (this.#video?.isReady !== true && !this.#isUnsupported && !isLate)
      await Promise.race([this.#changed.promise, late]);
    clearTimeout(timer);
    if (this.#video?.isReady !== true || this.#isUnsupported) return undefined;
    const sound = this.#audio === undefined ? [] : [audioSection(this.#audio.track, AUDIO_CONTROL)];
    return describeSession(NAME, [this.#video.describe(VIDEO_CONTROL), ...sound]);
  }

  /** Starts delivering, with the current group of pictures. Returns the function that ends it. */
  join(reader: Reader): () => void {
    for (const packets of this.#group) reader.onVideo(packets);
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  }

  onTrack(track: VideoTrack): void {
    this.#forgetGroup();
    const isOther =
      this.#video !== undefined &&
      (this.#video.codec !== track.codec || !isSameSound(this.#audio?.track, track.audio));
    if (isOther) this.#endReaders();
    if (this.#video === undefined || isOther) {
      this.#video = new VideoPacker(track);
      this.#audio = track.audio && new AudioPacker(track.audio);
      this.#isUnsupported = false;
    } else this.#video.begin(track);
  }

  onPacket(packet: SequencedPacket): void {
    const packets = this.#pack(packet);
    if (packets === undefined) return;
    this.#remember(packets);
    for (const reader of this.#readers) reader.onVideo(packets);
    if (packet.keyframe) this.#notify();
  }

  onAudio(packet: AudioPacket): void {
    if (this.#audio === undefined || this.#readers.size === 0) return;
    const packets = this.#audio.pack(packet);
    for (const reader of this.#readers) reader.onAudio(packets);
  }

  onRemoved(): void {
    this.#endReaders();
  }

  onFailure(): void {
    this.#endReaders();
  }

  #pack(packet: SequencedPacket): RtpPackets | undefined {
    try {
      return this.#video?.pack(packet);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#isUnsupported = this.#group.length === 0;
      this.#notify();
      return undefined;
    }
  }

  #remember(packets: RtpPackets): void {
    if (packets.keyframe || this.#groupBytes > MAX_GROUP_BYTES) this.#forgetGroup();
    if (!packets.keyframe && this.#group.length === 0) return;
    this.#group.push(packets);
    this.#groupBytes += packets.bytes;
  }

  #forgetGroup(): void {
    this.#group = [];
    this.#groupBytes = 0;
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #endReaders(): void {
    for (const reader of [...this.#readers]) reader.onEnd();
    this.#readers.clear();
  }
}

function isSameSound(a: VideoTrack['audio'], b: VideoTrack['audio']): boolean {
  if (a === undefined || b === undefined) return a === b;
  const isSame = a.codec === b.codec && a.clockHz === b.clockHz && a.channels === b.channels;
  return isSame && a.config.equals(b.config);
}
