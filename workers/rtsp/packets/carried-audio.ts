/** Sound as WebRTC carries it. */
import type { AudioPacket, AudioTrack } from '#shared/media/audio-track.ts';

/** Codecs that every WebRTC endpoint takes (RFC 7874 section 3). */
export type CarriedAudio = 'opus' | 'pcmu' | 'pcma';

/** RTP clocks (RFC 7587 section 4.1, RFC 3551 table 4). */
export const AUDIO_CLOCK_HZ: Record<CarriedAudio, number> = { opus: 48_000, pcmu: 8000, pcma: 8000 };

/** Turns what WebRTC cannot carry into Opus. */
export interface AudioTranscoder {
  /** Takes the next packet; what cannot be decoded is left out, and so is what comes faster than it is done. */
  push(packet: AudioPacket): void;
  /** Frees everything; nothing is emitted afterwards. */
  close(): void;
}

/** Starts a transcoder. @param emit takes Opus frames of 20 ms with times of 48 kHz */
export type OpenAudioTranscoder = (track: AudioTrack, emit: (packet: AudioPacket) => void) => AudioTranscoder;
