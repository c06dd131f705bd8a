/** What makes pictures; FFmpeg in production. */
import type { VideoTrack } from '#shared/media/packet.ts';
import type { NativeFrame, PictureEncoders } from './live-frame.ts';

export interface Media {
  openDecoder(track: VideoTrack): Promise<Decoder>;
  /** @param onEncoded called after each picture with the time it took */
  createEncoders(onEncoded: (milliseconds: number) => void): PictureEncoders;
}

/** The part of a decoder that the pipeline uses; calls never overlap. */
export interface Decoder extends Disposable {
  /** Whether pictures may be a little off, which is cheaper. */
  skipLoopFilter: boolean;
  decode(data: Buffer, sequence: number): Promise<{ frames: NativeFrame[]; failed: boolean }>;
  drain(): Promise<NativeFrame[]>;
  reset(): void;
}
