/** What packetizers make of access units. */

/** The payload of one RTP packet, in two parts so that the picture's bytes are copied only once. */
export interface RtpPayload {
  /** Header of the payload format; may be empty. */
  prefix: Buffer;
  /** View into the access unit. */
  body: Buffer;
}

/** Bytes of a payload. */
export function payloadBytes({ prefix, body }: RtpPayload): number {
  return prefix.length + body.length;
}

/** Writes a payload. @returns where it ends */
export function writePayload(target: Buffer, at: number, { prefix, body }: RtpPayload): number {
  const start = at + prefix.copy(target, at);
  return start + body.copy(target, start);
}
