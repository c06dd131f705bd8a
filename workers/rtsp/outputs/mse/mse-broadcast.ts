/** Fragments of one camera for Media Source Extensions: built once, for all viewers, while there are any. */

import type { AppError } from '#shared/errors.ts';
import { buildFragment, type Sample, type SoundSample } from '#shared/media/mp4/fragment.ts';
import { buildInitSegment } from '#shared/media/mp4/init-segment.ts';
import type { SoundFormat } from '#shared/media/mp4/sound-format.ts';
import type { VideoFormat } from '#shared/media/mp4/video-format.ts';
import { turnedSize } from '#shared/media/packet.ts';
import type { CameraSet } from '../../camera/camera-set.ts';
import { callEach } from '../../packets/call-each.ts';
import type { OpenAudioTranscoder } from '../../packets/carried-audio.ts';
import { type SampleSink, SampleStream } from '../mp4/sample-stream.ts';
import type { SoundChoice } from '../mp4/sound-stream.ts';

/** The head of a stream: what a player is told, and its initialisation segment. */
export interface MseHead {
  /** Of the picture, and of the sound after a comma. */
  codecString: string;
  width: number;
  height: number;
  hasSound: boolean;
  /** The camera has sound that is left out. */
  isSoundLeftOut: boolean;
  init: Buffer;
}

/** One `moof` and `mdat`, the same bytes for all viewers: a picture with the sound before it, or sound alone. */
export interface MseFragment {
  data: Buffer;
  /** Whether a player can begin here. */
  keyframe: boolean;
}

/** What a viewer hears of the stream. Calls are synchronous. */
export interface MseViewer {
  /** Fragments of this head follow, a keyframe first. */
  onHead(head: MseHead): void;
  onFragment(fragment: MseFragment): void;
  /** MP4 cannot carry what the camera sends. */
  onUnsupported(error: AppError): void;
  onRemoved(): void;
  /** One of the calls above threw: nothing follows. Must not throw. */
  onFailure(): void;
}

/** A longer group is not kept: who joins then begins with the next keyframe. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;
const MAX_GROUP_FRAGMENTS = 3600;
/** Sound goes along with the next picture, unless that takes longer, seconds. */
const MAX_SOUND_WAIT_S = 0.2;
/** What browsers play in MP4. */
const CARRIED = ['aac', 'opus'] as const;

/** Which sound a viewer wants: none, what passes untouched, or any, though it must be converted first. */
export type WantedSound = 'none' | 'untouched' | 'any';

/** All broadcasts of a worker, by camera id and by the sound they have. */
export class MseBroadcasts {
  readonly #cameras: Pick<CameraSet, 'subscribePackets'>;
  readonly #openTranscoder: OpenAudioTranscoder;
  readonly #broadcasts = new Map<string, Broadcast>();

  /** @param openTranscoder converts sound that browsers cannot play to Opus, while a viewer wants it */
  constructor(cameras: Pick<CameraSet, 'subscribePackets'>, openTranscoder: OpenAudioTranscoder) {
    this.#cameras = cameras;
    this.#openTranscoder = openTranscoder;
  }

  /** Adds a viewer, which gets the current group of pictures immediately; waits for an unknown camera. */
  join(cameraId: string, viewer: MseViewer, sound: WantedSound = 'untouched'): { close(): void } {
    const key = `${cameraId} ${sound}`;
    const known = this.#broadcasts.get(key);
    const broadcast = known ?? new Broadcast(this.#choose(sound));
    broadcast.add(viewer);
    if (known === undefined) {
      this.#broadcasts.set(key, broadcast);
      broadcast.start((stream) => this.#cameras.subscribePackets(cameraId, stream));
    }
    return {
      close: () => {
        if (broadcast.remove(viewer) > 0 || this.#broadcasts.get(key) !== broadcast) return;
        this.#broadcasts.delete(key);
        broadcast.close();
      },
    };
  }

  #choose(sound: WantedSound): SoundChoice {
    if (sound === 'none') return { codecs: [] };
    return sound === 'any' ? { codecs: CARRIED, openTranscoder: this.#openTranscoder } : { codecs: CARRIED };
  }
}

class Broadcast implements SampleSink {
  readonly #viewers = new Set<MseViewer>();
  readonly #stream: SampleStream;
  #subscription: { close(): void } | undefined;
  #head: MseHead | undefined;
  #unsupported: AppError | undefined;
  /** Fragments since the newest keyframe. */
  #group: MseFragment[] = [];
  #groupBytes = 0;
  #sequence = 0;
  /** Sound that goes along with the next picture. */
  #sound: SoundSample[] = [];
  #soundTicks = 0;
  #soundTimescale = 1;

  constructor(sound: SoundChoice) {
    this.#stream = new SampleStream(this, sound);
  }

  start(subscribe: (stream: SampleStream) => { close(): void }): void {
    this.#subscription = subscribe(this.#stream);
  }

  close(): void {
    this.#subscription?.close();
    this.#stream.close();
  }

  add(viewer: MseViewer): void {
    this.#viewers.add(viewer);
    this.#call([viewer], (newcomer) => this.#replay(newcomer));
  }

  /** @returns how many viewers are left */
  remove(viewer: MseViewer): number {
    this.#viewers.delete(viewer);
    return this.#viewers.size;
  }

  onFormat(format: VideoFormat, sound: SoundFormat | undefined): void {
    const init = buildInitSegment(format, sound);
    this.#unsupported = undefined;
    // What was heard before the change still belongs to the head before it.
    if (this.#sound.length > 0) this.#publish([]);
    this.#clearGroup();
    // A camera that comes back as it was goes on where it stopped.
    if (this.#head?.init.equals(init)) return;
    const { width, height } = turnedSize(format, format.rotation);
    const codecString = [format.codecString, ...(sound === undefined ? [] : [sound.codecString])].join(',');
    const { isSoundLeftOut } = this.#stream;
    const head = { codecString, width, height, hasSound: sound !== undefined, isSoundLeftOut, init };
    this.#head = head;
    this.#soundTimescale = sound?.timescale ?? 1;
    this.#notify((viewer) => viewer.onHead(head));
  }

  onSample(sample: Sample): void {
    this.#publish([sample]);
  }

  onSound(samples: readonly SoundSample[]): void {
    this.#sound = this.#sound.concat(samples);
    this.#soundTicks += samples.reduce((ticks, { duration }) => ticks + duration, 0);
    if (this.#soundTicks >= MAX_SOUND_WAIT_S * this.#soundTimescale) this.#publish([]);
  }

  onUnsupported(error: AppError): void {
    this.#forget();
    this.#unsupported = error;
    this.#notify((viewer) => viewer.onUnsupported(error));
  }

  onFailure(error: AppError): void {
    this.onUnsupported(error);
  }

  onRemoved(): void {
    this.#forget();
    this.#notify((viewer) => viewer.onRemoved());
  }

  #replay(viewer: MseViewer): void {
    if (this.#unsupported !== undefined) viewer.onUnsupported(this.#unsupported);
    if (this.#head === undefined) return;
    viewer.onHead(this.#head);
    for (const fragment of this.#group) viewer.onFragment(fragment);
  }

  #publish(samples: readonly Sample[]): void {
    this.#sequence += 1;
    const data = buildFragment(this.#sequence, samples, this.#sound);
    this.#dropSound();
    const fragment = { data, keyframe: samples[0]?.keyframe === true };
    this.#keep(fragment);
    this.#notify((viewer) => viewer.onFragment(fragment));
  }

  #dropSound(): void {
    this.#sound = [];
    this.#soundTicks = 0;
  }

  #keep(fragment: MseFragment): void {
    if (fragment.keyframe) this.#clearGroup();
    else if (this.#group.length === 0) return;
    this.#group.push(fragment);
    this.#groupBytes += fragment.data.length;
    if (this.#groupBytes > MAX_GROUP_BYTES || this.#group.length > MAX_GROUP_FRAGMENTS) this.#clearGroup();
  }

  #forget(): void {
    this.#head = undefined;
    this.#unsupported = undefined;
    this.#dropSound();
    this.#clearGroup();
  }

  #clearGroup(): void {
    this.#group = [];
    this.#groupBytes = 0;
  }

  #notify(say: (viewer: MseViewer) => void): void {
    this.#call(this.#viewers, say);
  }

  #call(viewers: Iterable<MseViewer>, say: (viewer: MseViewer) => void): void {
    callEach(viewers, say, (viewer) => {
      this.#viewers.delete(viewer);
      viewer.onFailure();
    });
  }
}
