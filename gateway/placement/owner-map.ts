/** The cameras' workers as the database said last, and how many each has. */

/** Where a camera is. */
export interface Owner {
  /** Null: no worker has it yet. */
  worker: string | null;
  epoch: number;
}

/** Kept up to date by the rows that changed. */
export class OwnerMap {
  readonly #owners = new Map<string, Owner>();
  readonly #counts = new Map<string | null, number>();
  #epochs = 0;

  get size(): number {
    return this.#owners.size;
  }

  get(cameraId: string): Owner | undefined {
    return this.#owners.get(cameraId);
  }

  ids(): IterableIterator<string> {
    return this.#owners.keys();
  }

  /** Sum of the epochs. */
  get epochs(): number {
    return this.#epochs;
  }

  /** Cameras of each worker; those of none under null. */
  get counts(): ReadonlyMap<string | null, number> {
    return this.#counts;
  }

  /** @returns whether the camera moved */
  set(cameraId: string, owner: Owner): boolean {
    const before = this.#owners.get(cameraId);
    if (before !== undefined) this.#count(before, -1);
    this.#owners.set(cameraId, owner);
    this.#count(owner, 1);
    return before?.worker !== owner.worker;
  }

  delete(cameraId: string): void {
    const before = this.#owners.get(cameraId);
    if (before !== undefined) this.#count(before, -1);
    this.#owners.delete(cameraId);
  }

  #count({ worker, epoch }: Owner, change: 1 | -1): void {
    this.#epochs += change * epoch;
    const count = (this.#counts.get(worker) ?? 0) + change;
    if (count === 0) this.#counts.delete(worker);
    else this.#counts.set(worker, count);
  }
}
