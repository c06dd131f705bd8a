/** Buffers that are filled again and again and grow when something larger comes. */

/**
 * A buffer with room for `needed` bytes: the given one, or a larger one with what was in it.
 * It at least doubles, so that what grows piece by piece is not copied for each.
 */
export function withRoom(buffer: Buffer<ArrayBuffer>, needed: number): Buffer<ArrayBuffer> {
  if (needed <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, buffer.length * 2));
  buffer.copy(larger);
  return larger;
}
