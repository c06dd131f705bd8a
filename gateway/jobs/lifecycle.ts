/** Starts parts in the order in which they were added and closes them in reverse. */

/** A part of the gateway that runs from start to close. */
export interface Part {
  start?(): Promise<void> | void;
  close?(): Promise<void> | void;
}

/** The parts of one gateway. */
export class Lifecycle {
  readonly #groups: Part[][] = [];

  /** Adds a part. */
  add<T extends Part>(part: T): T {
    this.#groups.push([part]);
    return part;
  }

  /** Adds parts that are closed simultaneously. */
  addTogether(...parts: Part[]): void {
    this.#groups.push(parts);
  }

  async start(): Promise<void> {
    for (const part of this.#groups.flat()) await part.start?.();
  }

  /** Closes every part, also when one fails. @throws the first failure */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const group of this.#groups.splice(0).reverse()) {
      const results = await Promise.allSettled(group.map(async (part) => part.close?.()));
      for (const result of results) if (result.status === 'rejected') failures.push(result.reason);
    }
    if (failures.length > 0) throw failures[0];
  }
}
