/** Assigns ports to slots. */
import type { PortRange } from './worker-spec.ts';

/** Assigns ports so that no two slots try the same one. */
export class PortAllocator {
  readonly #ports = new Map<string, number>();

  /** The slot's port; on first use the lowest free one of its range. */
  assign(slot: string, range: PortRange): number {
    return this.#ports.get(slot) ?? this.next(slot, range);
  }

  /** Assigns the next free port of the range, wrapping around. */
  next(slot: string, { first, last }: PortRange): number {
    if (first === 0) return 0;
    const others = new Set([...this.#ports].filter(([name]) => name !== slot).map(([, port]) => port));
    const count = last - first + 1;
    const start = (this.#ports.get(slot) ?? first - 1) - first + 1;
    const candidates = Array.from({ length: count }, (_, step) => first + ((start + step) % count));
    const port = candidates.find((candidate) => !others.has(candidate)) ?? first;
    this.#ports.set(slot, port);
    return port;
  }
}
