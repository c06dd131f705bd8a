/** Splits a byte stream into lines of bounded length. */
import { StringDecoder } from 'node:string_decoder';

/** Longer lines are cut off. */
export const MAX_LINE_LENGTH = 8 * 1024;

/** Buffers at most one line of bounded length. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Adds a chunk and emits each completed line that is not blank. */
  push(chunk: Buffer): void {
    const text = this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#append(text.slice(start, end));
      this.#finish();
      start = end + 1;
    }
    this.#append(text.slice(start));
  }

  /** Emits the text after the last line end. */
  end(): void {
    this.#append(this.#decoder.end());
    this.#finish();
  }

  #append(text: string): void {
    this.#line += text.slice(0, MAX_LINE_LENGTH - this.#line.length);
  }

  #finish(): void {
    const line = this.#line.trimEnd();
    this.#line = '';
    if (line !== '') this.#onLine(line);
  }
}
