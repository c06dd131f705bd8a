/** What the gateway acknowledged and must not lose. */

/** Things by id. A request without an answer leaves it open whether the thing is there. */
export class Ledger {
  readonly #present = new Set<string>();
  readonly #open = new Set<string>();
  #acknowledged = 0;

  /** Everything that certainly exists. */
  get present(): readonly string[] {
    return [...this.#present];
  }

  /** Writes that were answered with a success. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Notes a creation. @param status of the answer; undefined when there was none */
  created(id: string, status: number | undefined): void {
    this.#note(id, status, () => this.#present.add(id));
  }

  /** Notes a removal. @param status of the answer; undefined when there was none */
  removed(id: string, status: number | undefined): void {
    this.#note(id, status, () => this.#present.delete(id));
  }

  /** What was acknowledged and is not there. */
  lost(found: ReadonlySet<string>): string[] {
    return this.present.filter((id) => !found.has(id));
  }

  /** What is there though its removal was acknowledged, or was never asked for. */
  undead(found: ReadonlySet<string>): string[] {
    return [...found].filter((id) => !this.#present.has(id) && !this.#open.has(id));
  }

  #note(id: string, status: number | undefined, settle: () => void): void {
    if (status !== undefined && status < 300) {
      this.#acknowledged += 1;
      this.#open.delete(id);
      settle();
    } else if (status === undefined || status >= 500) {
      this.#present.delete(id);
      this.#open.add(id);
    }
  }
}
