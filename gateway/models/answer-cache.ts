/** Caches answers by frame and question. */

const MAX_ENTRIES = 200;
/** Longer answers are not cached. */
const MAX_CHARS = 64 * 1024;

/** A bounded map that evicts the least recently used answer. */
export class AnswerCache {
  readonly #maxEntries: number;
  readonly #answers = new Map<string, string>();

  constructor(maxEntries = MAX_ENTRIES) {
    this.#maxEntries = maxEntries;
  }

  find(key: string): Record<string, unknown> | undefined {
    const text = this.#answers.get(key);
    if (text === undefined) return undefined;
    this.#answers.delete(key);
    this.#answers.set(key, text);
    return JSON.parse(text) as Record<string, unknown>;
  }

  add(key: string, answer: Record<string, unknown>): void {
    const text = JSON.stringify(answer);
    if (text.length > MAX_CHARS) return;
    this.#answers.delete(key);
    this.#answers.set(key, text);
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > this.#maxEntries && !oldest.done) this.#answers.delete(oldest.value);
  }
}
