/** Writes log lines to a stream that may break, or whose reader may stop reading. */
import type { Writable } from 'node:stream';

/** Bytes that wait for a slow reader; further lines are dropped. */
const MAX_QUEUED_BYTES = 1024 * 1024;

/** A log must never end or fill the process: what cannot be written is lost and counted. */
export class LogOutput {
  readonly #stream: Writable;
  readonly #describeLoss: (lines: number) => string;
  #lost = 0;
  #isBroken = false;

  /** @param describeLoss the line, with its line feed, that tells how many lines were lost */
  constructor(stream: Writable, describeLoss: (lines: number) => string) {
    this.#stream = stream;
    this.#describeLoss = describeLoss;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A full disk may have room again; a pipe without a reader stays broken.
      this.#isBroken = error.code === 'EPIPE';
      this.#lost += 1;
    });
  }

  /** Writes a line, or counts it as lost. */
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
