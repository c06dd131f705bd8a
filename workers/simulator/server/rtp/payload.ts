/** What a packetiser makes of an access unit. */

/** Bytes of one RTP packet after its header; kept in two parts, so that the picture's bytes are copied only once. */
export interface RtpPayload {
  /** Header of the payload format; may be empty. */
  prefix: Buffer;
  /** A view into the access unit. */
  body: Buffer;
}

/** Cuts one access unit into payloads of at most `maxBytes`. */
export type Packetize = (unit: Buffer, maxBytes: number) => RtpPayload[];

/** Cuts bytes into pieces of at most `maxBytes`. */
export function chunksOf(bytes: Buffer, maxBytes: number): Buffer[] {
  const count = Math.ceil(bytes.length / maxBytes);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * maxBytes, Math.min(bytes.length, (index + 1) * maxBytes)),
  );
}
