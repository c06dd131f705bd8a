/** Which slot may try which port. */

/** Hands out ports so that no two slots of ours try the same. */
export class PortAllocator {
  readonly #taken = new Map<string, number>();

  /** The port a slot has. */
  current(slot: string): number | undefined {
    return this.#taken.get(slot);
  }

  /** Gives a slot the next port of its range after the one it had, skipping those of other slots; wraps around. */
  next(slot: string, { first, last }: { first: number; last: number }): number {
    const others = new Set([...this.#taken].filter(([name]) => name !== slot).map(([, port]) => port));
    const count = last - first + 1;
    const start = (this.#taken.get(slot) ?? first - 1) - first + 1;
    const candidates = Array.from({ length: count }, (_, step) => first + ((start + step) % count));
    const port = candidates.find((candidate) => !others.has(candidate)) ?? first;
    this.#taken.set(slot, port);
    return port;
  }
}
