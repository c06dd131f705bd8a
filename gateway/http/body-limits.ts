/** Size limits of request bodies. Video uploads have limits of their own. */

/** Largest body by content, bytes. */
export interface BodyLimits {
  /** Default, also for SDP. */
  json: number;
  /** Moondream questions with their picture. */
  image: number;
  /** Imports of cameras. */
  import: number;
}

/** `small`: a few short fields, before a login. */
export type BodyLimit = keyof BodyLimits | 'small';

const KIB = 1024;
const MIB = 1024 * KIB;
/** Defaults. */
export const DEFAULT_BODY_LIMITS: Readonly<BodyLimits> = {
  json: 128 * KIB,
  image: 8 * MIB,
  import: 16 * MIB,
};

/** For a few short fields, bytes. */
export const SMALL = 4 * KIB;
