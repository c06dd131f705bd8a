/** The cameras' workers as the database said last, and how many each has of each set of labels. */

/** Where a camera is. */
export interface Owner {
  /** Null: no worker has it yet. */
  worker: string | null;
  epoch: number;
  /** Labels that its worker must carry, as `gpu=1,site=berlin`. */
  labels: string;
}

/** Cameras of each worker; those of none under null. */
export type WorkerCounts = ReadonlyMap<string | null, number>;

/** Kept up to date by the rows that changed. */
export class OwnerMap {
  readonly #owners = new Map<string, Owner>();
  readonly #counts = new Map<string, Map<string | null, number>>();
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

  /** By the labels of the cameras. */
  get counts(): ReadonlyMap<string, WorkerCounts> {
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

  #count({ worker, epoch, labels }: Owner, change: 1 | -1): void {
    this.#epochs += change * epoch;
    const counts = this.#counts.get(labels) ?? new Map<string | null, number>();
    const count = (counts.get(worker) ?? 0) + change;
    if (count === 0) counts.delete(worker);
    else counts.set(worker, count);
    if (counts.size === 0) this.#counts.delete(labels);
    else this.#counts.set(labels, counts);
  }
}
