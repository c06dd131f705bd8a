/** How a gateway gives uploaded videos to a worker on another machine, which plays and checks its own copies. */
import { z } from 'zod';

/** `GET PATH/NAME` asks for one, `PUT` sends it, `DELETE` removes it where no camera plays it. */
export const HELD_VIDEOS_PATH = '/internal/videos';

/** SHA-256 of the video, as in RFC 9530. */
export const DIGEST_HEADER = 'content-digest';
const DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;

/** Value of the header. @param sha256 base64 */
export function digestField(sha256: string): string {
  return `sha-256=:${sha256}:`;
}

/** @returns base64; undefined for another text */
export function parseDigestField(text: string | undefined): string | undefined {
  return DIGEST.exec(text ?? '')?.[1];
}

/** Query of `GET`: how many bytes are to come; without it no room is made. */
export const heldVideoQuerySchema = z.strictObject({
  bytes: z.coerce.number().int().min(0).optional(),
});

/** Answer of `GET`. */
export const heldVideoSchema = z.object({
  /** Whether it is there, whole. */
  isHeld: z.boolean(),
});
