/** Notes for the supervisor that FFmpeg works on a camera: it does so on threads of its own, and may end the process. */
import type { TrailSubject } from '../../host/work-trail.ts';
import type { Decoder, Media } from './media.ts';

/** The same media; all work of one camera is noted. */
export function notedMedia(media: Media, work: TrailSubject): Media {
  return {
    openDecoder: async (track) => notedDecoder(await media.openDecoder(track), work),
    createEncoders: (onEncoded) => {
      const encoders = media.createEncoders(onEncoded);
      return {
        encode: (frame, format) => work.meanwhile(() => encoders.encode(frame, format)),
        close: () => encoders.close(),
      };
    },
  };
}

function notedDecoder(decoder: Decoder, work: TrailSubject): Decoder {
  return {
    get skipLoopFilter() {
      return decoder.skipLoopFilter;
    },
    set skipLoopFilter(isSkipped) {
      decoder.skipLoopFilter = isSkipped;
    },
    decode: (data, sequence) => work.meanwhile(() => decoder.decode(data, sequence)),
    drain: () => work.meanwhile(() => decoder.drain()),
    reset: () => work.during(() => decoder.reset()),
    [Symbol.dispose]: () => decoder[Symbol.dispose](),
  };
}
