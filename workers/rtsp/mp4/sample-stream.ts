/** Turns the packets of a camera into samples, for whoever writes them into fragments. */
import { AppError } from '#shared/errors.ts';
import type { AudioCodec, AudioPacket } from '../audio/audio-track.ts';
import type { PacketSubscriber } from '../packets/packet-hub.ts';
import type { Packet, VideoTrack } from '../source/packet.ts';
import { splitNals } from './annex-b.ts';
import type { Sample, SoundSample } from './fragment.ts';
import { ParameterSets } from './parameter-sets.ts';
import { SampleTimeline } from './sample-timeline.ts';
import { describeSound, type SoundFormat } from './sound-format.ts';
import { SoundTimeline } from './sound-timeline.ts';
import { describeVideo, type VideoFormat } from './video-format.ts';

/** What a writer of fragments hears. Calls are synchronous. */
export interface SampleSink {
  /**
   * A session with the camera begins, or its parameters changed: samples follow, a keyframe first.
   * @param sound with which there is a second track, which never ends while there are pictures
   */
  onFormat(format: VideoFormat, sound: SoundFormat | undefined): void;
  onSample(sample: Sample): void;
  /** Sound of the format, each frame following the one before; what belongs to a picture comes before it, or later. */
  onSound(samples: readonly SoundSample[]): void;
  /** MP4 cannot carry what the camera sends now; another session may bring something else. */
  onUnsupported(error: AppError): void;
  /** The camera is no longer wanted. */
  onRemoved(): void;
}

/** One camera's samples, through reconnects and changes of its parameters. */
export class SampleStream implements PacketSubscriber {
  readonly #sink: SampleSink;
  readonly #timeline = new SampleTimeline();
  readonly #soundCodecs: readonly AudioCodec[];
  #sets: ParameterSets | undefined;
  #sound: SoundTimeline | undefined;
  /** This session brings sound of the present format. */
  #hasSound = false;
  /** No keyframe of this session with known parameters has come yet. */
  #isWaiting = true;

  /** @param soundCodecs those whose sound is carried, as far as MP4 can */
  constructor(sink: SampleSink, soundCodecs: readonly AudioCodec[]) {
    this.#sink = sink;
    this.#soundCodecs = soundCodecs;
  }

  onTrack(track: VideoTrack): void {
    this.#isWaiting = true;
    this.#sets = undefined;
    this.#hasSound = false;
    if (track.codec === 'mjpeg') {
      this.#sink.onUnsupported(
        new AppError('mse-unsupported-codec', 'The camera sends MJPEG, which MP4 players do not take'),
      );
      return;
    }
    this.#sets = new ParameterSets(track.codec, track);
    this.#timeline.restart(track);
    this.#listen(track);
  }

  onPacket({ data, keyframe, mediaTimeMs, capturedAt }: Packet): void {
    const sets = this.#sets;
    if (sets === undefined || (this.#isWaiting && !keyframe)) return;
    const all = splitNals(data);
    if (keyframe) this.#begin(sets, sets.take(all));
    if (this.#isWaiting) return;
    const nals = sets.sampleNals(all);
    if (nals.length === 0) return;
    const sample = { nals, keyframe, capturedAt, ...this.#timeline.next(mediaTimeMs) };
    this.#tellSound(this.#sound?.follow(sample));
    this.#sink.onSample(sample);
  }

  onAudio({ data }: AudioPacket): void {
    if (this.#hasSound && !this.#isWaiting) this.#tellSound(this.#sound?.add(data));
  }

  onRemoved(): void {
    this.#isWaiting = true;
    this.#sets = undefined;
    this.#hasSound = false;
    this.#sink.onRemoved();
  }

  /** A track of sound that players were told of stays: where the camera has none any more it is silent. */
  #listen({ audio }: VideoTrack): void {
    const isWanted = audio !== undefined && this.#soundCodecs.includes(audio.codec);
    const format = isWanted ? describeSound(audio) : undefined;
    if (format === undefined) return;
    this.#hasSound = true;
    if (this.#sound === undefined) this.#sound = new SoundTimeline(format);
    else this.#sound.change(format);
  }

  #tellSound(samples: readonly SoundSample[] = []): void {
    if (samples.length > 0) this.#sink.onSound(samples);
  }

  #begin(sets: ParameterSets, hasChanged: boolean): void {
    if (!sets.isComplete || !(this.#isWaiting || hasChanged)) return;
    const format = describe(sets);
    this.#isWaiting = format instanceof AppError;
    if (format instanceof AppError) {
      this.#sink.onUnsupported(format);
      return;
    }
    this.#timeline.setReorderDepth(format.reorderDepth);
    this.#sink.onFormat(format, this.#sound?.format);
  }
}

function describe(sets: ParameterSets): VideoFormat | AppError {
  try {
    return describeVideo(sets);
  } catch (error) {
    return new AppError('mse-unsupported-codec', 'The parameter sets of the camera cannot be read', {
      cause: error,
    });
  }
}
