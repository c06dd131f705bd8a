/** Calls all of several listeners, though one of them fails. */

/**
 * Calls each target; one that throws is handed to `onFailure`, and the others get their call all the same.
 * @param onFailure must take the target out of what is called next time
 */
export function callEach<T>(
  targets: Iterable<T>,
  call: (target: T) => void,
  onFailure: (target: T, error: unknown) => void,
): void {
  // A call may add or remove targets.
  for (const target of [...targets]) {
    try {
      call(target);
    } catch (error) {
      onFailure(target, error);
    }
  }
}
