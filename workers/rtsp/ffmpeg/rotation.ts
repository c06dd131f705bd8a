/** How a video file wants its pictures turned: phones record as they are held. */
import { AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import type { Stream } from 'node-av/lib';
import type { Rotation } from '#shared/media/packet.ts';

const MATRIX_BYTES = 36;
const INT_BYTES = 4;
const TURNS = new Map<string, Rotation>([
  ['0,1,-1,0', 90],
  ['-1,0,0,-1', 180],
  ['0,-1,1,0', 270],
]);

/**
 * Reads a stream's display matrix (ISO/IEC 14496-12 section 6.2.2: nine numbers of 32 bits, row by row).
 * @returns undefined where there is none, or one that does not turn by a quarter, half or three quarters
 */
export function rotationOf({ codecpar }: Pick<Stream, 'codecpar'>): Rotation | undefined {
  const matrix = codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  if (matrix === null || matrix.length < MATRIX_BYTES) return undefined;
  // FFmpeg gives the numbers in the order of bytes of the machine, which is this one on all of ours.
  const signs = [0, 1, 3, 4].map((index) => Math.sign(matrix.readInt32LE(index * INT_BYTES)));
  return TURNS.get(signs.join());
}
