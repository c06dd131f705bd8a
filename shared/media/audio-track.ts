/** The sound of a camera as a source delivers it: one track, cut into the frames of its codec. */

/** Codecs a camera may send. */
export type AudioCodec = 'opus' | 'pcmu' | 'pcma' | 'aac';

/** What the camera says of its sound before the first packet. */
export interface AudioTrack {
  codec: AudioCodec;
  /** RTP clock; of PCM and AAC the sample rate too, hertz. */
  clockHz: number;
  channels: number;
  /** AudioSpecificConfig of AAC (ISO/IEC 14496-3 section 1.6.2.1); empty for all others. */
  config: Buffer;
}

/** One or more whole frames of the codec. */
export interface AudioPacket {
  data: Buffer;
  /** Time of its first sample in units of the track's clock, from an arbitrary start, never wrapping. */
  ticks: number;
}
