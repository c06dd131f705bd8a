/** Which cameras are wanted no more, for long enough to forget where they are. */

/** A camera that is not wanted for this long loses its row, milliseconds. */
export const UNWANTED_MS = 3000;

/** Remembers since when cameras that have a row are not wanted. */
export class Unwanted {
  #since: ReadonlyMap<string, number> = new Map();

  /**
   * Cameras to forget: one that another gateway added is known once the registry was read again.
   * @param ids of all that have a row
   * @param asOf when what is wanted was read, on the monotonic clock; `now` by default
   */
  due(
    ids: Iterable<string>,
    wanted: ReadonlySet<string>,
    { asOf, now = performance.now() }: { asOf?: number | undefined; now?: number } = {},
  ): string[] {
    const unwanted = [...ids].filter((id) => !wanted.has(id));
    this.#since = new Map(unwanted.map((id) => [id, this.#since.get(id) ?? now]));
    return unwanted.filter((id) => (asOf ?? now) - (this.#since.get(id) ?? now) > UNWANTED_MS);
  }

  /** Every camera that has a row is wanted. */
  clear(): void {
    this.#since = new Map();
  }
}
