/** The nameless file in which a worker notes its work; see `shared/work-trail.ts`. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrail, type TrailEnd } from '#shared/work-trail.ts';

/** In memory, so that notes wear out no disk; elsewhere the usual folder does. */
const FOLDERS = ['/dev/shm', tmpdir()];
const NOTHING: TrailEnd = { main: undefined, others: [] };
/** More than a worker writes. */
const MAX_BYTES = 256 * 1024;

/** One worker's file, open from before its spawn until after its end. */
export class TrailFile {
  readonly descriptor: number;

  private constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Creates the file; undefined where the system allows none. */
  static create(folders: readonly string[] = FOLDERS): TrailFile | undefined {
    for (const folder of folders) {
      const path = join(folder, `visual-reasoning-gateway-${randomBytes(16).toString('hex')}`);
      try {
        const descriptor = openSync(path, 'wx+', 0o600);
        unlinkSync(path);
        return new TrailFile(descriptor);
      } catch {
        // Not writable, or not there.
      }
    }
    return undefined;
  }

  /** What the worker is working on; once it is gone, what it was working on. */
  read(): TrailEnd {
    try {
      const bytes = Buffer.alloc(MAX_BYTES);
      return readTrail(bytes.subarray(0, readSync(this.descriptor, bytes, 0, bytes.length, 0)));
    } catch {
      return NOTHING;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
