/** Which slot may try which port. */
import type { PortRange } from './worker-spec.ts';

/** Hands out ports so that no two slots of ours try the same. */
export class PortAllocator {
  readonly #ports = new Map<string, number>();

  /** The port a slot has; given on first use, the lowest of its range that no other slot has. */
  assign(slot: string, range: PortRange): number {
    return this.#ports.get(slot) ?? this.next(slot, range);
  }

  /** Gives a slot the next port of its range after the one it had, skipping those of other slots; wraps around. */
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
