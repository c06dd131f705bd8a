/** One reader's session: SETUP adds its tracks, PLAY starts them, TEARDOWN ends it. */
import { randomBytes } from 'node:crypto';
import { senderReport, sourceDescription } from '#shared/media/rtp/rtcp.ts';
import type { RtpPackets } from '#shared/media/rtp/rtp-packets.ts';
import type { Sender } from '#shared/media/rtsp/senders.ts';
import type { Reader, RestreamStream } from './restream-stream.ts';

/** Name of all sources in RTCP. */
const CNAME = 'gateway';

interface Track {
  sender: Sender;
  packets: number;
  octets: number;
}

/** Sends one camera to one client. A client that is slow loses pictures up to the next keyframe. */
export class RestreamSession implements Reader {
  readonly id = randomBytes(8).toString('hex');
  readonly #stream: RestreamStream;
  readonly #onEnd: () => void;
  #video: Track | undefined;
  #audio: Track | undefined;
  #leave: (() => void) | undefined;
  #waitsForKeyframe = true;
  #touchedAt = performance.now();
  #skipped = 0;

  /** @param onEnd called when nothing follows any more */
  constructor(stream: RestreamStream, onEnd: () => void) {
    this.#stream = stream;
    this.#onEnd = onEnd;
  }

  get isPlaying(): boolean {
    return this.#leave !== undefined;
  }

  /** Pictures left out because the client was too slow. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Milliseconds since the client's last sign of life. */
  get silentMs(): number {
    return performance.now() - this.#touchedAt;
  }

  /** Adds a track, or gives it another transport. */
  setUp(kind: 'video' | 'audio', sender: Sender): void {
    const track = { sender, packets: 0, octets: 0 };
    if (kind === 'video') this.#video = track;
    else this.#audio = track;
  }

  /** Starts sending immediately; playing twice changes nothing. */
  play(): void {
    if (this.isPlaying) return;
    this.#waitsForKeyframe = true;
    this.#leave = this.#stream.join(this);
  }

  pause(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  /** Notes that the client is alive. */
  touch(): void {
    this.#touchedAt = performance.now();
  }

  /** Whether receiver reports from this address are the client's. */
  isAt(address: string, port: number): boolean {
    return [this.#video, this.#audio].some((track) => track?.sender.isAt(address, port) === true);
  }

  onVideo(packets: RtpPackets): void {
    const track = this.#video;
    if (track === undefined) return;
    if (track.sender.isCongested) this.#waitsForKeyframe = true;
    if (track.sender.isCongested || (this.#waitsForKeyframe && !packets.keyframe)) {
      this.#skipped += 1;
      return;
    }
    this.#waitsForKeyframe = false;
    this.#send(track, packets);
  }

  onAudio(packets: RtpPackets): void {
    if (this.#audio !== undefined && !this.#audio.sender.isCongested) this.#send(this.#audio, packets);
  }

  onEnd(): void {
    this.#onEnd();
  }

  /** Tells the client which times of picture and sound belong together (RFC 3550 section 6.4.1). */
  report(): void {
    if (!this.isPlaying) return;
    for (const track of [this.#video, this.#audio])
      if (track !== undefined && track.packets > 0) this.#report(track);
  }

  #send(track: Track, packets: RtpPackets): void {
    if (track.packets === 0) this.#report(track);
    track.sender.send(packets);
    track.packets += packets.count;
    track.octets += packets.octets;
  }

  #report(track: Track): void {
    const { video, audio } = this.#stream;
    const isVideo = track === this.#video;
    const timestamp = isVideo ? video?.timestampOf(performance.now()) : audio?.timestampNow;
    const ssrc = (isVideo ? video : audio)?.ssrc;
    if (timestamp === undefined || ssrc === undefined || track.sender.isCongested) return;
    const { packets, octets } = track;
    const report = senderReport({ ssrc, timestamp, packets, octets }, Date.now());
    track.sender.sendReport(Buffer.concat([report, sourceDescription(ssrc, CNAME)]));
  }
}
