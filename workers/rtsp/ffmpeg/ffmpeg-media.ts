/** The media of production: FFmpeg inside this process. */
import type { Media } from '../camera/camera.ts';
import type { Decoder } from '../pictures/picture-pipeline.ts';
import { VideoDecoder } from './decoder.ts';
import { EncoderSet } from './encoder-set.ts';

/** Opens decoders and encoders of FFmpeg. */
export const ffmpegMedia: Media = {
  openDecoder: ({ codec, parameterSets }): Promise<Decoder> => VideoDecoder.open(codec, parameterSets),
  createEncoders: (onEncoded) => new EncoderSet(onEncoded),
};
