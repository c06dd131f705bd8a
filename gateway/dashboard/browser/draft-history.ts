/** A draft with its earlier states. */

const MAX_STATES = 100;

/** What is drawn, and what was before. */
export class DraftHistory<T> {
  #now: T;
  readonly #before: T[] = [];
  #label = '';

  constructor(draft: T) {
    this.#now = draft;
  }

  get now(): T {
    return this.#now;
  }

  get canUndo(): boolean {
    return this.#before.length > 0;
  }

  /** @param label changes in a row with the same label are undone together; empty: by itself */
  change(draft: T, label = ''): void {
    if (label === '' || label !== this.#label) {
      this.#before.push(this.#now);
      if (this.#before.length > MAX_STATES) this.#before.shift();
    }
    this.#label = label;
    this.#now = draft;
  }

  /** The next change is undone by itself. */
  pause(): void {
    this.#label = '';
  }

  undo(): void {
    this.#now = this.#before.pop() ?? this.#now;
    this.#label = '';
  }
}
