/** Runs a camera's source, of any kind. */
import type { CameraSource } from '#shared/camera-source.ts';
import type { AudioPacket } from '#shared/media/audio-track.ts';
import type { Packet, VideoTrack } from '#shared/media/packet.ts';

/** What a source tells its owner. */
export interface SourceHandlers {
  /** The session is set up; packets follow. */
  onTrack(track: VideoTrack): void;
  onPacket(packet: Packet): void;
  /** Sound of the track, between packets; without it none is asked for. */
  onAudio?(packet: AudioPacket): void;
  /** Runs work on bytes of the camera, so that it is noted whose they are. */
  during?<T>(work: () => T): T;
}

/** Runs a source until `signal` aborts or the camera fails; always ends by throwing an AppError `camera-*`. */
export type RunSource<S = CameraSource> = (
  source: S,
  handlers: SourceHandlers,
  signal: AbortSignal,
) => Promise<never>;

/** What runs each kind of source. */
export type SourceRunners = {
  readonly [K in CameraSource['kind']]: RunSource<Extract<CameraSource, { kind: K }>>;
};

/** Chooses by the kind of source. */
export function createRunSource(runners: SourceRunners): RunSource {
  return (source, handlers, signal) => {
    const run = runners[source.kind] as RunSource;
    return run(source, handlers, signal);
  };
}
