/** The media of production: FFmpeg inside this process. */
import type { Media } from '../camera/camera.ts';
import type { Decoder } from '../pictures/picture-pipeline.ts';
import { VideoDecoder } from './decoder.ts';
import { EncoderSet } from './encoder-set.ts';

/** Opens decoders and encoders of FFmpeg. @param maxPixels of one picture; larger ones are not decoded */
export function ffmpegMedia(maxPixels: number): Media {
  return {
    openDecoder: ({ codec, parameterSets }): Promise<Decoder> =>
      VideoDecoder.open(codec, parameterSets, maxPixels),
    createEncoders: (onEncoded) => new EncoderSet(onEncoded),
  };
}
