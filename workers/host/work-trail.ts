/** Notes for the supervisor which subject this process works on; see `shared/work-trail.ts`. */
import { fstatSync, writeSync } from 'node:fs';
import { TRAIL_DESCRIPTOR, TRAIL_PLACES, trailOffset, trailPlace } from '#shared/work-trail.ts';

/** Notes the work on one subject. */
export interface TrailSubject {
  /** Does work on the main thread. What it throws leaves the note as it is: the process may end by it. */
  during<T>(work: () => T): T;
  /** Does work on other threads, noted until it settles. */
  meanwhile<T>(work: () => Promise<T>): Promise<T>;
  /** The subject is gone. */
  close(): void;
}

/** The notes of one process. */
export class WorkTrail {
  readonly #descriptor: number | undefined;
  readonly #free: number[] = [];
  readonly #current = Buffer.alloc(2);
  #used = 0;

  /** @param descriptor of the file; undefined to note nothing */
  constructor(descriptor: number | undefined) {
    this.#descriptor = descriptor;
  }

  /** Begins to note work on a subject. @param name at most 64 characters */
  subject(name: string): TrailSubject {
    const place = this.#descriptor === undefined ? undefined : this.#takePlace();
    if (place === undefined) return UNNOTED;
    this.#write(trailPlace(name), trailOffset(place));
    let running = 0;
    const count = (change: number): void => {
      const wasIdle = running === 0;
      running += change;
      const isIdle = running === 0;
      if (wasIdle !== isIdle) this.#write(Buffer.from([isIdle ? 0 : 1]), trailOffset(place));
    };
    return {
      during: (work) => this.#during(place, work),
      meanwhile: async (work) => {
        count(1);
        try {
          return await work();
        } finally {
          count(-1);
        }
      },
      close: () => {
        this.#write(trailPlace(''), trailOffset(place));
        this.#free.push(place);
      },
    };
  }

  #during<T>(place: number, work: () => T): T {
    const before = this.#current.readUInt16BE(0);
    this.#setCurrent(place);
    const result = work();
    this.#setCurrent(before);
    return result;
  }

  #setCurrent(place: number): void {
    this.#current.writeUInt16BE(place);
    this.#write(this.#current, 0);
  }

  #takePlace(): number | undefined {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#used >= TRAIL_PLACES) return undefined;
    this.#used += 1;
    return this.#used;
  }

  #write(bytes: Buffer, offset: number): void {
    try {
      writeSync(this.#descriptor as number, bytes, 0, bytes.length, offset);
    } catch {
      // Work goes on without notes.
    }
  }
}

const UNNOTED: TrailSubject = {
  during: (work) => work(),
  meanwhile: (work) => work(),
  close: () => {},
};

/** The trail that a supervisor gave this process; one that notes nothing without. @param isGiven as it says */
export function openTrail(isGiven: boolean): WorkTrail {
  try {
    if (isGiven && fstatSync(TRAIL_DESCRIPTOR).isFile()) return new WorkTrail(TRAIL_DESCRIPTOR);
  } catch {
    // Another descriptor, or none.
  }
  return new WorkTrail(undefined);
}
