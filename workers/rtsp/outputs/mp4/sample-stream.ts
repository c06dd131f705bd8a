/** Turns the packets of a camera into samples for fragments. */
import { AppError } from '#shared/errors.ts';
import { splitNals } from '#shared/media/annex-b.ts';
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { Sample, SoundSample } from '#shared/media/mp4/fragment.ts';
import { ParameterSets } from '#shared/media/mp4/parameter-sets.ts';
import type { SoundFormat } from '#shared/media/mp4/sound-format.ts';
import { describeVideo, type VideoFormat } from '#shared/media/mp4/video-format.ts';
import type { Packet, Rotation, VideoTrack } from '#shared/media/packet.ts';
import type { PacketSubscriber } from '../../packets/packet-hub.ts';
import { SampleTimeline } from './sample-timeline.ts';
import { type SoundChoice, SoundStream } from './sound-stream.ts';

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
  /** The stream cannot be written as MP4, and nothing follows. */
  onFailure(error: AppError): void;
  /** The camera is no longer wanted. */
  onRemoved(): void;
}

/** One camera's samples, through reconnects and changes of its parameters. */
export class SampleStream implements PacketSubscriber {
  readonly #sink: SampleSink;
  readonly #timeline = new SampleTimeline();
  readonly #sound: SoundStream;
  #sets: ParameterSets | undefined;
  #rotation: Rotation | undefined;
  /** No keyframe of this session with known parameters has come yet. */
  #isWaiting = true;

  constructor(sink: SampleSink, sound: SoundChoice) {
    this.#sink = sink;
    this.#sound = new SoundStream(sound, (samples) => sink.onSound(samples));
  }

  /** Whether the camera has sound and none is carried. */
  get isSoundLeftOut(): boolean {
    return this.#sound.isLeftOut;
  }

  /** Frees what converts sound; call it when the subscription is over. */
  close(): void {
    this.#sound.end();
  }

  onTrack(track: VideoTrack): void {
    this.#isWaiting = true;
    this.#sets = undefined;
    this.#sound.end();
    if (track.codec === 'mjpeg') {
      this.#sink.onUnsupported(
        new AppError('mse-unsupported-codec', 'The camera sends MJPEG, which MP4 players do not take'),
      );
      return;
    }
    this.#sets = new ParameterSets(track.codec, track);
    this.#rotation = track.rotation;
    this.#timeline.restart(track);
    this.#sound.begin(track.audio);
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
    this.#sound.follow(sample);
    this.#sink.onSample(sample);
  }

  onAudio(packet: AudioPacket): void {
    if (!this.#isWaiting) this.#sound.push(packet);
  }

  onRemoved(): void {
    this.#isWaiting = true;
    this.#sets = undefined;
    this.#sound.end();
    this.#sink.onRemoved();
  }

  onFailure(cause: unknown): void {
    this.#isWaiting = true;
    this.#sets = undefined;
    this.#sound.end();
    this.#sink.onFailure(
      new AppError('mse-unsupported-codec', 'The stream of the camera cannot be written as MP4', { cause }),
    );
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
    this.#sink.onFormat({ ...format, rotation: this.#rotation }, this.#sound.format);
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
