/** The newest seconds of a camera in memory, by groups of pictures; all cameras of a worker share a budget. */
import type { Sample } from '#shared/media/mp4/fragment.ts';
import { type Chunk, endOf } from './chunk.ts';
import type { KeptGroup } from './kept-pictures.ts';

/** A picture stands for the time up to the next, at most for this, milliseconds. */
const MAX_GAP_MS = 2000;

/** A keyframe and what follows it up to the next. */
interface Group {
  chunks: Chunk[];
  bytes: number;
}

/** Bounds what the rings of a worker hold together. */
export class RingBudget {
  readonly #maxBytes: number;
  readonly #rings = new Set<MemoryRing>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Of all rings. */
  get bytes(): number {
    return [...this.#rings].reduce((sum, ring) => sum + ring.bytes, 0);
  }

  add(ring: MemoryRing): void {
    this.#rings.add(ring);
  }

  remove(ring: MemoryRing): void {
    this.#rings.delete(ring);
  }

  /** Drops groups, the oldest of all rings first, until all fit. */
  enforce(): void {
    let excess = this.bytes - this.#maxBytes;
    while (excess > 0) {
      const rings = [...this.#rings].filter((ring) => ring.oldestMono !== undefined);
      const [first] = rings.sort((a, b) => (a.oldestMono as number) - (b.oldestMono as number));
      if (first === undefined) return;
      excess -= first.dropOldest();
    }
  }
}

/** One camera's ring. */
export class MemoryRing {
  readonly #budget: RingBudget;
  readonly #groups: Group[] = [];
  #keepMs = 0;
  #bytes = 0;

  constructor(budget: RingBudget) {
    this.#budget = budget;
    budget.add(this);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begin of the oldest group on the clock of packets. */
  get oldestMono(): number | undefined {
    return this.#groups[0]?.chunks[0]?.startedMono;
  }

  /** Holds at least this much while the budget allows it; 0 for nothing. */
  set keepMs(keepMs: number) {
    this.#keepMs = keepMs;
    this.#trim();
  }

  /** Adds a chunk; one that no player can begin with needs the group before it. */
  add(chunk: Chunk): void {
    if (this.#keepMs === 0) return;
    const last = this.#groups.at(-1);
    if (chunk.isIndependent) this.#groups.push({ chunks: [chunk], bytes: chunk.bytes });
    else if (last === undefined) return;
    else {
      last.chunks.push(chunk);
      last.bytes += chunk.bytes;
    }
    this.#bytes += chunk.bytes;
    this.#trim();
    this.#budget.enforce();
  }

  /** Chunks from the keyframe at or before a time on, in order. @param fromMono on the clock of packets */
  since(fromMono: number): Chunk[] {
    const later = this.#groups.findIndex(({ chunks }) => (chunks[0] as Chunk).startedMono > fromMono);
    const first = later < 0 ? this.#groups.length - 1 : Math.max(0, later - 1);
    return this.#groups.slice(Math.max(0, first)).flatMap(({ chunks }) => chunks);
  }

  /**
   * A keyframe and what follows it up to the newest picture at or before a time, where that is held.
   * @param at Unix milliseconds, by the capture times of the pictures
   */
  groupUntil(at: number): KeptGroup | undefined {
    const isBefore = ({ capturedAt }: Sample): boolean => capturedAt <= at;
    const group = this.#groups.findLast(({ chunks }) => chunks[0]?.samples.slice(0, 1).some(isBefore));
    const video = group?.chunks[0]?.head.video;
    if (group === undefined || video === undefined) return undefined;
    const all = group.chunks.flatMap(({ samples }) => samples);
    const samples = all.slice(0, all.findLastIndex(isBefore) + 1);
    // After a gap there is no picture of that time.
    return at - (samples.at(-1)?.capturedAt ?? 0) > MAX_GAP_MS ? undefined : { video, samples };
  }

  /** Drops the oldest group. @returns its bytes */
  dropOldest(): number {
    const bytes = this.#groups.shift()?.bytes ?? 0;
    this.#bytes -= bytes;
    return bytes;
  }

  close(): void {
    this.#groups.length = 0;
    this.#bytes = 0;
    this.#budget.remove(this);
  }

  #trim(): void {
    const newest = this.#groups.at(-1)?.chunks.at(-1);
    if (newest === undefined) return;
    const keptFrom = endOf(newest) - this.#keepMs;
    const isNeedless = (): boolean => {
      const second = this.#groups[1]?.chunks[0];
      return this.#keepMs === 0 || (second !== undefined && second.startedMono <= keptFrom);
    };
    while (this.#groups.length > 0 && isNeedless()) this.dropOldest();
  }
}
