/** Passes on what a process of mocha prints suite by suite, so that the lines of two of them do not mix. */
export class WholeSuites {
  readonly #print: (text: string) => void;
  #kept = '';

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  /** Prints what ends with an empty line, as each outermost suite does, and keeps the rest for later. */
  add(text: string): void {
    this.#kept += text;
    const end = this.#kept.lastIndexOf('\n\n') + 2;
    if (end === 1) return;
    this.#print(this.#kept.slice(0, end));
    this.#kept = this.#kept.slice(end);
  }

  /** Prints what is left: all there is of a suite whose process broke off. */
  end(): void {
    if (this.#kept !== '') this.#print(this.#kept);
    this.#kept = '';
  }
}
