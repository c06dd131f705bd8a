/** FFmpeg inside this process, loaded when pictures, sound or files first need it: it takes 40 MB. */
import type { DecoderName } from '#shared/decoder-settings.ts';
import { lazy } from '#shared/lazy.ts';
import type { Logger } from '#shared/logger.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { OpenAudioTranscoder } from '../packets/carried-audio.ts';
import type { Media } from '../pictures/media.ts';
import type { VideoDecoder } from './decoder.ts';
import { expectDevice } from './device-files.ts';
import { EncoderSet } from './encoder-set.ts';
import { HardwareDecoding } from './hardware-decoding.ts';
import { JpegDecoder } from './jpeg-decoder.ts';
import { OpusTranscoder } from './opus-transcoder.ts';
import type { VideoDemuxer } from './video-demuxer.ts';

export interface FfmpegOptions {
  /** Of one picture; larger ones are not decoded. */
  maxPixels: number;
  decoder?: DecoderName;
  log: Logger;
}

/** Opens what FFmpeg offers. */
export class Ffmpeg {
  readonly #log: Logger;
  readonly #maxPixels: number;
  readonly #load = lazy(async () => (await import('./ffmpeg-log.ts')).forwardFfmpegLog(this.#log));
  /** What decodes, and why. */
  readonly hardware: HardwareDecoding;

  constructor({ maxPixels, decoder = 'software', log }: FfmpegOptions) {
    this.#log = log;
    this.hardware = new HardwareDecoding({
      wanted: decoder,
      log,
      openDevice: async (name) => {
        await expectDevice(name);
        return (await import('./hardware-device.ts')).openDevice(name);
      },
    });
    this.#maxPixels = maxPixels;
  }

  /** Decoders and encoders of pictures. */
  readonly media: Media = {
    openDecoder: async (track) =>
      track.codec === 'mjpeg' && track.rotation === undefined
        ? new JpegDecoder(() => this.#openDecoder(track))
        : await this.#openDecoder(track),
    createEncoders: (onEncoded) => new EncoderSet(onEncoded),
  };

  /** Opens transcoders that report failures to the log. */
  readonly openTranscoder: OpenAudioTranscoder = (track, emit) =>
    new OpusTranscoder({
      track,
      emit,
      onFailure: (reason) => this.#log.warn({ reason }, 'the sound of a camera cannot be converted'),
      load: () => this.#load(),
    });

  /** Opens a video file for one pass through it. @throws AppError `not-a-video`, `camera-unsupported-codec` */
  async openVideo(file: string, signal: AbortSignal): Promise<VideoDemuxer> {
    await this.#load();
    const { VideoDemuxer } = await import('./video-demuxer.ts');
    return VideoDemuxer.open(file, signal);
  }

  async #openDecoder({ codec, parameterSets, rotation }: VideoTrack): Promise<VideoDecoder> {
    await this.#load();
    const { VideoDecoder } = await import('./decoder.ts');
    const options = { codec, parameterSets, maxPixels: this.#maxPixels, rotation };
    for (;;) {
      const hardware = await this.hardware.find(codec);
      if (hardware === undefined) return await VideoDecoder.open(options);
      try {
        return await VideoDecoder.open({ ...options, hardware });
      } catch {
        hardware.fail('its decoder cannot be opened');
      }
    }
  }
}
