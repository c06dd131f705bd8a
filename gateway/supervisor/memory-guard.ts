/** Watches from outside how much memory a process holds: one that hangs or is busy does not say so itself. */
import { readFile } from 'node:fs/promises';

/** Between two looks, milliseconds: what grows by 1 GB a second is seen within half of one. */
const EVERY_MS = 500;

/** Looks at one process until it is stopped; only Linux tells, elsewhere it never calls. */
export class MemoryGuard {
  readonly #timer: NodeJS.Timeout;
  #isStopped = false;

  /** @param onExceeded called once, with the resident bytes @param everyMs between two looks, milliseconds */
  constructor(
    pid: number,
    {
      maxBytes,
      onExceeded,
      everyMs = EVERY_MS,
    }: {
      maxBytes: number;
      onExceeded: (bytes: number) => void;
      everyMs?: number;
    },
  ) {
    this.#timer = setInterval(() => {
      void residentBytes(pid).then((bytes) => {
        if (bytes === undefined || bytes <= maxBytes || this.#isStopped) return;
        this.stop();
        onExceeded(bytes);
      });
    }, everyMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }
}

/** @returns undefined for a process that is gone, and where there is no /proc */
async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
