/** Things that cost memory or time to make, and are made when they are first needed. */

/** Makes it once, for all callers; after a failure the next caller makes it again. */
export function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
