/** The sound of one camera for fragments, across reconnects and codec changes. */
import type { AudioCodec, AudioPacket, AudioTrack } from '#shared/media/audio-track.ts';
import type { SoundSample } from '#shared/media/mp4/fragment.ts';
import { describeSound, OPUS_SOUND, type SoundFormat } from '#shared/media/mp4/sound-format.ts';
import type { AudioTranscoder, OpenAudioTranscoder } from '../../packets/carried-audio.ts';
import { type PictureTimes, SoundTimeline } from './sound-timeline.ts';

/** Which sound is carried. */
export interface SoundChoice {
  /** Codecs that are passed through, if MP4 supports them. */
  codecs: readonly AudioCodec[];
  /** Makes Opus of all others; without it they are left out. */
  openTranscoder?: OpenAudioTranscoder;
}

/** Gives sound its place beside the pictures; what must be converted is converted until the close. */
export class SoundStream {
  readonly #choice: SoundChoice;
  readonly #emit: (samples: readonly SoundSample[]) => void;
  #timeline: SoundTimeline | undefined;
  /** Takes the packets of this session; undefined while it has none that are carried. */
  #take: ((packet: AudioPacket) => void) | undefined;
  #transcoder: AudioTranscoder | undefined;
  #isLeftOut = false;

  /** @param emit takes frames that follow each other without a gap */
  constructor(choice: SoundChoice, emit: (samples: readonly SoundSample[]) => void) {
    this.#choice = choice;
    this.#emit = emit;
  }

  /** What players are told; undefined while there never was sound that is carried. */
  get format(): SoundFormat | undefined {
    return this.#timeline?.format;
  }

  /** Whether the camera has sound and none is carried. */
  get isLeftOut(): boolean {
    return this.#isLeftOut;
  }

  /** A session begins. A track that players were told of stays: where the camera has no sound any more it is silent. */
  begin(track: AudioTrack | undefined): void {
    this.end();
    const format = track === undefined ? undefined : this.#formatOf(track);
    this.#isLeftOut = track !== undefined && format === undefined && this.#timeline === undefined;
    if (track === undefined || format === undefined) return;
    if (this.#timeline === undefined) this.#timeline = new SoundTimeline(format);
    else this.#timeline.change(format);
    const place = ({ data }: AudioPacket): void => this.#emitAll(this.#timeline?.add(data));
    this.#take = place;
    if (this.#isCarried(track)) return;
    this.#transcoder = this.#choice.openTranscoder?.(track, place);
    this.#take = (packet) => this.#transcoder?.push(packet);
  }

  /** Follows a picture, with silence where sound is missing. */
  follow(picture: PictureTimes): void {
    this.#emitAll(this.#timeline?.follow(picture));
  }

  /** Takes the session's next packet. */
  push(packet: AudioPacket): void {
    this.#take?.(packet);
  }

  /** The session is over. */
  end(): void {
    this.#take = undefined;
    this.#transcoder?.close();
    this.#transcoder = undefined;
  }

  #formatOf(track: AudioTrack): SoundFormat | undefined {
    if (this.#isCarried(track)) return describeSound(track);
    return this.#choice.openTranscoder === undefined ? undefined : OPUS_SOUND;
  }

  #isCarried(track: AudioTrack): boolean {
    return this.#choice.codecs.includes(track.codec) && describeSound(track) !== undefined;
  }

  #emitAll(samples: readonly SoundSample[] = []): void {
    if (samples.length > 0) this.#emit(samples);
  }
}
