/** What is counted of a camera for `/metrics`. */
export interface CameraCounters {
  decoded: number;
  decodeErrors: number;
  /** Packets decoded less exactly than viewers want, since the machine could not keep up. */
  decodedInHaste: number;
  encoded: number;
  /** Total time spent in encoding, milliseconds. */
  encodeMs: number;
  /** Frames that slow viewers did not get. */
  drops: number;
}

/** All zero. */
export function newCameraCounters(): CameraCounters {
  return { decoded: 0, decodeErrors: 0, decodedInHaste: 0, encoded: 0, encodeMs: 0, drops: 0 };
}
