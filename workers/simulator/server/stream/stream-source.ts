/** What the simulator serves: the boundary between something that makes pictures and the RTSP server. */

import type { AudioLoop } from './audio-source.ts';

/** Codecs as FFmpeg names them. */
export type StreamCodec = 'h264' | 'hevc' | 'mjpeg';

/** One encoded picture, as a camera's encoder hands it to its RTSP server. */
export interface AccessUnit {
  /** H.264 and HEVC: Annex B (start codes), parameter sets in front of keyframes. MJPEG: one whole JPEG. */
  data: Buffer;
  /** Whether decoding can begin here. */
  keyframe: boolean;
  /** RTP timestamp: a whole number of 1/90000 s from any start; only its low 32 bits travel. */
  timestamp: number;
}

/**
 * A live stream. The server subscribes once when it listens and unsubscribes
 * when it closes; the source delivers in real time meanwhile.
 */
export interface StreamSource {
  readonly codec: StreamCodec;
  /** Announced as `a=framerate` when known. */
  readonly framesPerSecond?: number | undefined;
  /** SPS and PPS (HEVC: VPS, SPS, PPS) without start codes, for the SDP; empty when they only travel in-band. */
  readonly parameterSets: readonly Buffer[];
  /** Sound beside the pictures, as a second track. */
  readonly audio?: AudioLoop | undefined;
  /** Calls `listener` for every access unit in decoding order; returns the function that ends it. */
  subscribe(listener: (unit: AccessUnit) => void): () => void;
  /**
   * Places keyframes only every `seconds` (undefined: as usual) from now on.
   * Sources that cannot leave it out; the fault `slow-keyframes` is then refused.
   */
  setKeyframeInterval?(seconds: number | undefined): void;
}
