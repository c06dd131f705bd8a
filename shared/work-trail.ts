/**
 * What a worker is working on, in a small file that its supervisor reads when the worker is gone: a process
 * that hangs, runs out of memory or is killed tells nothing any more. The file is in memory where there is
 * `/dev/shm`, and has no name: the worker gets it as an open descriptor.
 *
 * Layout: two bytes with the place (from 1) of the subject that the main thread works on, 0 for none; from
 * byte 16 on places of 72 bytes: work under way on other threads, length of the name, name (Latin-1).
 */

/** Descriptor of the file in the worker; 0 to 2 are the standard streams, 3 carries messages. */
export const TRAIL_DESCRIPTOR = 4;
/** Subjects that fit; further ones are not noted. */
export const TRAIL_PLACES = 2048;
/** Longest name, as long as the id of a camera may be. */
const TRAIL_NAME_BYTES = 64;
const HEAD_BYTES = 16;
const PLACE_BYTES = 72;
const TRAIL_BYTES = HEAD_BYTES + TRAIL_PLACES * PLACE_BYTES;

/** Where a place begins in the file. */
export function trailOffset(place: number): number {
  return HEAD_BYTES + (place - 1) * PLACE_BYTES;
}

/** The bytes of an idle place. */
export function trailPlace(name: string): Buffer {
  const bytes = Buffer.alloc(PLACE_BYTES);
  bytes[1] = bytes.write(name.slice(0, TRAIL_NAME_BYTES), 2, 'latin1');
  return bytes;
}

/** Subjects of a worker that is gone. */
export interface TrailEnd {
  /** What the main thread was working on. */
  main: string | undefined;
  /** What other threads were working on. */
  others: string[];
}

/** Reads a file of any length and content. */
export function readTrail(bytes: Buffer): TrailEnd {
  const file = bytes.subarray(0, TRAIL_BYTES);
  const current = file.length < 2 ? 0 : file.readUInt16BE(0);
  const others: string[] = [];
  for (let place = 1; trailOffset(place) + PLACE_BYTES <= file.length; place += 1) {
    if (file[trailOffset(place)] !== 0) others.push(nameAt(file, place));
  }
  const hasCurrent = current >= 1 && trailOffset(current) + PLACE_BYTES <= file.length;
  const main = hasCurrent ? nameAt(file, current) : '';
  return { main: main === '' ? undefined : main, others: others.filter((name) => name !== '') };
}

function nameAt(file: Buffer, place: number): string {
  const start = trailOffset(place);
  const length = Math.min(TRAIL_NAME_BYTES, file[start + 1] as number);
  return file.toString('latin1', start + 2, start + 2 + length);
}
