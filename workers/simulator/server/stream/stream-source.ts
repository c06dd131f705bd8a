/** The boundary between a source of encoded pictures and the RTSP server. */
import type { AccessUnit, VideoTrack } from '#shared/media/packet.ts';
import type { AudioLoop } from './audio-source.ts';

/**
 * A live stream. The server subscribes once when it listens and unsubscribes
 * when it closes; the source delivers in real time meanwhile. A source that
 * is `isOnDemand` is subscribed to only while clients play it.
 */
export interface StreamSource extends VideoTrack {
  /** Sound beside the pictures, as a second track. */
  readonly audio?: AudioLoop;
  /** Whether each subscription starts with a keyframe, so that nothing needs to run without a client. */
  readonly isOnDemand?: boolean;
  /**
   * Calls `listener` for every access unit in decoding order; returns the function that ends it.
   * Timestamps may grow beyond 32 bits; only their low 32 bits travel.
   */
  subscribe(listener: (unit: AccessUnit) => void): () => void;
  /**
   * Places keyframes only every `seconds` (undefined: as usual) from now on.
   * Sources that cannot leave it out; the fault `slow-keyframes` is then refused.
   */
  setKeyframeInterval?(seconds: number | undefined): void;
}
