/** Session descriptions of the simulated cameras. */
import { audioSection, describeSession, videoSection } from '#shared/media/rtsp/description.ts';
import type { StreamSource } from './stream/stream-source.ts';

/** Name of the video track, relative to the stream's address. */
export const TRACK = 'trackID=0';
/** Name of the audio track. */
export const AUDIO_TRACK = 'trackID=1';

const NAME = 'Simulated camera';

/** Describes a stream: one video track, and an audio track where it has sound. */
export function describeVideo(source: StreamSource): string {
  const sound = source.audio === undefined ? [] : [audioSection(source.audio, AUDIO_TRACK)];
  return describeSession(NAME, [videoSection(source, TRACK), ...sound]);
}

/** Describes a stream without video, as an intercom has. */
export function describeAudio(): string {
  const pcm = { codec: 'pcmu', clockHz: 8000, channels: 1, config: Buffer.alloc(0) } as const;
  return describeSession(NAME, [audioSection(pcm, TRACK)]);
}
