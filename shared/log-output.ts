/** Writes log lines to a stream that may break, or whose reader may stop reading. */
import type { Writable } from 'node:stream';

/** Most buffered bytes for a slow reader; further lines are dropped. */
const MAX_QUEUED_BYTES = 1024 * 1024;

/** A log must never end or fill the process: unwritable lines are dropped and counted. */
export class LogOutput {
  readonly #stream: Writable;
  readonly #describeLoss: (lines: number) => string;
  #lost = 0;
  #isBroken = false;

  /** @param describeLoss creates the line, with its line feed, that reports dropped lines */
  constructor(stream: Writable, describeLoss: (lines: number) => string) {
    this.#stream = stream;
    this.#describeLoss = describeLoss;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A full disk may have space again; a pipe without a reader stays broken.
      this.#isBroken = error.code === 'EPIPE';
      this.#lost += 1;
    });
  }

  /** Writes a line, or drops and counts it. */
  write(line: string): void {
    if (this.#isBroken || this.#stream.writableLength > MAX_QUEUED_BYTES) {
      this.#lost += 1;
      return;
    }
    if (this.#lost > 0) {
      const lost = this.#lost;
      this.#lost = 0;
      this.#stream.write(this.#describeLoss(lost));
    }
    this.#stream.write(line);
  }
}
