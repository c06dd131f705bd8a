/** The sound of one camera as its WebRTC viewers share it: converted only where it must be, and only while one listens. */
import type { AudioPacket, AudioTrack } from '#shared/media/audio-track.ts';
import { RTP_HEADER_BYTES } from '#shared/media/rtp/header.ts';
import type { AudioTranscoder, CarriedAudio, OpenAudioTranscoder } from '../../packets/carried-audio.ts';
import type { AudioSender } from './rtp/audio-sender.ts';

/** 120 ms of PCM, the only codec here that can be cut anywhere: its packets then fit every path of the Internet. */
const MAX_PCM_BYTES = 960;
/** Larger frames of other codecs would not fit. */
const MAX_FRAME_BYTES = 1150;

/** Hands the sound of one camera to those who listen. */
export class AudioStream {
  readonly #openTranscoder: OpenAudioTranscoder | undefined;
  readonly #senders = new Set<AudioSender>();
  #track: AudioTrack | undefined;
  #transcoder: AudioTranscoder | undefined;

  /** @param openTranscoder makes Opus of AAC; without it AAC is not carried */
  constructor(openTranscoder: OpenAudioTranscoder | undefined) {
    this.#openTranscoder = openTranscoder;
  }

  /** What viewers get; undefined while there is no sound that can be carried. */
  get codec(): CarriedAudio | undefined {
    const codec = this.#track?.codec;
    if (codec !== 'aac') return codec;
    return this.#openTranscoder === undefined ? undefined : 'opus';
  }

  /** A session with the camera begins. */
  begin(track: AudioTrack | undefined): void {
    this.#track = track;
    this.#closeTranscoder();
    const { codec } = this;
    if (codec !== undefined) for (const sender of this.#senders) sender.begin(codec);
    this.#keepTranscoder();
  }

  /** Takes the camera's next packet. */
  push(packet: AudioPacket): void {
    if (this.#senders.size === 0 || this.#track === undefined) return;
    if (this.#track.codec === 'aac') this.#transcoder?.push(packet);
    else if (this.#track.codec === 'opus') this.#send(packet);
    else for (const piece of piecesOf(packet)) this.#send(piece);
  }

  /** Sends to a viewer from now on. */
  add(sender: AudioSender): void {
    this.#senders.add(sender);
    if (this.codec !== undefined) sender.begin(this.codec);
    this.#keepTranscoder();
  }

  remove(sender: AudioSender): void {
    this.#senders.delete(sender);
    this.#keepTranscoder();
  }

  close(): void {
    this.#senders.clear();
    this.#closeTranscoder();
  }

  #send({ data, ticks }: AudioPacket): void {
    if (data.length > MAX_FRAME_BYTES) return;
    const packet = Buffer.concat([Buffer.alloc(RTP_HEADER_BYTES), data]);
    for (const sender of this.#senders) sender.push({ data: packet, ticks });
  }

  #keepTranscoder(): void {
    const track = this.#track;
    const isWanted = track?.codec === 'aac' && [...this.#senders].some((sender) => sender.takes('opus'));
    if (!isWanted) this.#closeTranscoder();
    else this.#transcoder ??= this.#openTranscoder?.(track, (packet) => this.#send(packet));
  }

  #closeTranscoder(): void {
    this.#transcoder?.close();
    this.#transcoder = undefined;
  }
}

/** PCM of one byte a sample, in pieces that fit a packet. */
function piecesOf({ data, ticks }: AudioPacket): AudioPacket[] {
  return Array.from({ length: Math.ceil(data.length / MAX_PCM_BYTES) }, (_, index) => {
    const start = index * MAX_PCM_BYTES;
    return { data: data.subarray(start, start + MAX_PCM_BYTES), ticks: ticks + start };
  });
}
