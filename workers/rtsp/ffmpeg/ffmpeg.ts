/** FFmpeg inside this process, loaded when pictures, sound or files first need it: it takes 40 MB. */
import type { Logger } from '#shared/logger.ts';
import type { OpenAudioTranscoder } from '../packets/carried-audio.ts';
import type { Media } from '../pictures/media.ts';
import type { SourceHandlers } from '../source/run-source.ts';
import { EncoderSet } from './encoder-set.ts';
import { OpusTranscoder } from './opus-transcoder.ts';

/** Opens what FFmpeg offers. */
export class Ffmpeg {
  readonly #log: Logger;
  readonly #maxPixels: number;
  #loading: Promise<void> | undefined;

  /** @param options `maxPixels` of one picture; larger ones are not decoded */
  constructor({ maxPixels, log }: { maxPixels: number; log: Logger }) {
    this.#log = log;
    this.#maxPixels = maxPixels;
  }

  /** Decoders and encoders of pictures. */
  readonly media: Media = {
    openDecoder: async ({ codec, parameterSets, rotation }) => {
      await this.#load();
      const { VideoDecoder } = await import('./decoder.ts');
      return VideoDecoder.open(codec, parameterSets, this.#maxPixels, rotation);
    },
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

  /** Plays a video file as if it were a camera; always ends by throwing. */
  async playVideo(file: string, handlers: SourceHandlers, signal: AbortSignal): Promise<never> {
    await this.#load();
    const { runVideoSource } = await import('./video-source.ts');
    return runVideoSource(file, handlers, signal);
  }

  #load(): Promise<void> {
    this.#loading ??= import('./ffmpeg-log.ts').then(({ forwardFfmpegLog }) => forwardFfmpegLog(this.#log));
    return this.#loading;
  }
}
