/** Parameter sets of real encoders and packets made around them. */
import type { AudioTrack } from '#shared/media/audio-track.ts';
import type { VideoTrack } from '#shared/media/packet.ts';
import type { SequencedPacket } from '../../../../workers/rtsp/packets/gop-cache.ts';

const START_CODE = Buffer.from([0, 0, 0, 1]);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** x264 and x265: 1080p High; 704x576 Main with B-frames and pixels of 16:11; baseline; interlaced 4:2:2; HEVC. */
export const SETS = {
  high: [hex('67640028acb200f0044fcb80880000030008000003019078c19240'), hex('68ebc3cb22c0')],
  bframes: [hex('674d401eeca05809360820000003002000000641e2c5b2c0'), hex('68ebe3cb20')],
  baseline: [hex('6742c016d900a02ff970110000030001000003001e0f162e48'), hex('68cb83cb20')],
  interlaced: [hex('677a001ebce402d1edff8012801088000003000800000301e0f8a15240'), hex('68fb83cb22c0')],
  hevc: [
    hex('40010c01ffff016000000300900000030000030078928090'),
    hex('420101016000000300900000030000030078a003c08010e5964a924caf016808000003000800000300c840'),
    hex('4401c172b46240'),
  ],
  hevcTenBits: [
    hex('40010c01ffff02200000030090000003000003003f959409'),
    hex('42010102200000030090000003000003003fa00502016936595964932bc05a020000030002000003003210'),
    hex('4401c172b46240'),
  ],
} as const satisfies Record<string, readonly Buffer[]>;

/** AAC-LC of 16 kHz, mono: a frame lasts 64 ms. */
export const AAC_TRACK: AudioTrack = {
  codec: 'aac',
  clockHz: 16_000,
  channels: 1,
  config: hex('1408'),
};

/** NAL units as a byte stream. */
export function annexB(...nals: readonly Buffer[]): Buffer {
  return Buffer.concat(nals.flatMap((nal) => [START_CODE, nal]));
}

/** A track that announces its parameter sets, or none. */
export function trackOf(codec: VideoTrack['codec'], sets: readonly Buffer[] = []): VideoTrack {
  return { codec, parameterSets: annexB(...sets), announcedFps: 25 };
}

/** An H.264 slice whose bytes tell it from others. */
export function slice(keyframe: boolean, mark = 0): Buffer {
  return Buffer.from([keyframe ? 0x65 : 0x41, 0x88, mark + 1]);
}

/** A packet of these NAL units at a media time. */
export function packetOf(
  mediaTimeMs: number,
  { keyframe = false, nals = [slice(keyframe)] }: { keyframe?: boolean; nals?: readonly Buffer[] } = {},
): SequencedPacket {
  return {
    data: annexB(...nals),
    keyframe,
    mediaTimeMs,
    capturedAt: 1_700_000_000_000 + mediaTimeMs,
    sequence: 1,
  };
}
