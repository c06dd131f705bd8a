/** Leaves out what models think aloud between `<think>` and `</think>` before they answer. */

const OPEN = '<think>';
const CLOSE = '</think>';

/** Filters a text that comes in pieces; thoughts come first, so that only the beginning is looked at. */
export class ThoughtFilter {
  #held = '';
  #isThinking = false;
  #isAnswering = false;

  /** @returns what of the text so far may be shown and was not yet */
  add(piece: string): string {
    if (this.#isAnswering && this.#held === '') return piece;
    this.#held += piece;
    if (!this.#isThinking && !this.#isAnswering) this.#leaveStart();
    if (this.#isThinking) this.#leaveThoughts();
    return this.#isAnswering ? this.#release() : '';
  }

  /** @returns what was held back at the end of the text: a beginning that may have become `<think>` */
  end(): string {
    return this.#isThinking ? '' : this.#release();
  }

  #leaveStart(): void {
    const text = this.#held.trimStart();
    if (text.startsWith(OPEN)) this.#isThinking = true;
    else this.#isAnswering = !OPEN.startsWith(text);
  }

  #leaveThoughts(): void {
    const end = this.#held.indexOf(CLOSE);
    if (end < 0) return;
    // A space keeps the filter until the first word.
    this.#held = ` ${this.#held.slice(end + CLOSE.length)}`;
    this.#isThinking = false;
    this.#isAnswering = true;
  }

  /** The space before the first word is held until that word comes. */
  #release(): string {
    const text = this.#held.trimStart();
    this.#held = text === '' ? this.#held : '';
    return text;
  }
}

/** A whole text without its thoughts. */
export function withoutThoughts(text: string): string {
  const filter = new ThoughtFilter();
  return filter.add(text) + filter.end();
}
