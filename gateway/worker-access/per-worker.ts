/** One of something for each worker that runs cameras. Workers come and go. */

/** Makes one when a worker is first asked for; ends it when the worker is gone. */
export class PerWorker<T> {
  readonly #make: (worker: string) => T;
  readonly #end: (one: T) => Promise<void> | void;
  readonly #all = new Map<string, T>();
  readonly #ending = new Set<Promise<void>>();

  constructor(make: (worker: string) => T, end: (one: T) => Promise<void> | void) {
    this.#make = make;
    this.#end = end;
  }

  /** The one of a worker. @param worker its name */
  of(worker: string): T {
    const known = this.#all.get(worker);
    if (known !== undefined) return known;
    const made = this.#make(worker);
    this.#all.set(worker, made);
    return made;
  }

  /** The one of a worker, if it was made before. */
  find(worker: string): T | undefined {
    return this.#all.get(worker);
  }

  values(): T[] {
    return [...this.#all.values()];
  }

  entries(): [string, T][] {
    return [...this.#all];
  }

  /** Ends those of other workers, makes those that are missing. */
  retain(workers: readonly string[]): void {
    for (const [worker, one] of this.#all) {
      if (workers.includes(worker)) continue;
      this.#all.delete(worker);
      this.#endOne(one);
    }
    for (const worker of workers) this.of(worker);
  }

  /** Ends all of them, and waits for those that are ending. */
  async close(): Promise<void> {
    this.retain([]);
    await Promise.all(this.#ending);
  }

  #endOne(one: T): void {
    const ending = Promise.resolve(this.#end(one)).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
