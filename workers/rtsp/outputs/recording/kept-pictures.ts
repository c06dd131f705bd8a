/** Pictures of the past, decoded from what a recorder keeps in memory. */
import { AppError } from '#shared/errors.ts';
import type { PictureFormat } from '#shared/frames/subscription.ts';
import type { Sample } from '#shared/media/mp4/fragment.ts';
import type { VideoFormat } from '#shared/media/mp4/video-format.ts';
import { LiveFrame, type NativeFrame } from '../../pictures/live-frame.ts';
import type { Decoder, Media } from '../../pictures/media.ts';
import type { Picture } from '../../pictures/picture.ts';

/** A keyframe and what follows it, up to the picture that is wanted. */
export interface KeptGroup {
  video: VideoFormat;
  samples: readonly Sample[];
}

/** Numbered apart from live and still pictures, within 32 bits, by the milliseconds of their capture. */
const KEPT_SEQUENCE = 5 * 2 ** 29;
const SEQUENCES = 2 ** 29;
/** A box begins with its size and type. */
const BOX_HEADER_BYTES = 8;
const LENGTH_BYTES = 4;

/** Decodes one picture after the other: clients that ask for many slow each other, not viewers. */
export class KeptPictures {
  readonly #media: Media;
  #last: Promise<unknown> = Promise.resolve();

  constructor(media: Media) {
    this.#media = media;
  }

  /** The last picture of a group. @throws AppError `no-frame-yet` where it cannot be decoded */
  picture(cameraId: string, group: KeptGroup, format: PictureFormat): Promise<Picture> {
    const made = this.#last.then(() => this.#decode(cameraId, group, format));
    this.#last = made.catch(() => {});
    return made;
  }

  async #decode(cameraId: string, group: KeptGroup, format: PictureFormat): Promise<Picture> {
    const decoder = await this.#media.openDecoder(trackOf(group.video));
    const encoders = this.#media.createEncoders(() => {});
    try {
      const { capturedAt } = group.samples.at(-1) as Sample;
      const sequence = KEPT_SEQUENCE + (Math.round(capturedAt) % SEQUENCES);
      const decoded = { ...(await lastFrame(decoder, group.samples)), sequence };
      const frame = new LiveFrame(decoded, encoders, { cameraId, capturedAt, mediaTimeMs: 0 });
      return await frame.picture(format).finally(() => frame.release());
    } finally {
      decoder[Symbol.dispose]();
      await encoders.close();
    }
  }
}

/** Decodes all and keeps the one that belongs to the last sample. */
async function lastFrame(decoder: Decoder, samples: readonly Sample[]): Promise<NativeFrame> {
  let kept: NativeFrame | undefined;
  const take = (frames: readonly NativeFrame[]): void => {
    for (const frame of frames) {
      const isLater = kept === undefined || frame.sequence >= kept.sequence;
      (isLater ? kept : frame)?.native.free();
      if (isLater) kept = frame;
    }
  };
  for (const [index, sample] of samples.entries())
    take((await decoder.decode(withLengths(sample), index + 1)).frames);
  take(await decoder.drain());
  if (kept === undefined) throw new AppError('no-frame-yet', 'What is kept of that time cannot be decoded');
  return kept;
}

/** With its decoder configuration in place of parameter sets FFmpeg takes NAL units as MP4 has them. */
function trackOf({ sampleEntry, configuration, rotation }: VideoFormat) {
  const codec = sampleEntry === 'avc1' ? ('h264' as const) : ('hevc' as const);
  const parameterSets = configuration.subarray(BOX_HEADER_BYTES);
  return { codec, parameterSets, rotation, announcedFps: undefined };
}

function withLengths({ nals }: Sample): Buffer {
  return Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(nal.length);
      return [length, nal];
    }),
  );
}
