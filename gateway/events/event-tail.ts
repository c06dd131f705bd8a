/** Finds what other gateways on the database stored, also late, under a lower number than those seen before. */
import type { EventRow } from '../store/database.ts';
import type { EventRepository } from './event-repository.ts';

/** Microseconds: how much earlier than the newest change one may be that is stored now. Clocks differ, commits take time. */
export const CHANGE_OVERLAP = 10_000_000;
const BATCH = 500;

/** Remembers the changes of the last seconds. */
export class EventTail {
  readonly #repository: Pick<EventRepository, 'changedAfter' | 'newestChange'>;
  /** Number of the last change of each event. */
  readonly #known = new Map<string, number>();
  #newest: number | undefined;

  constructor(repository: Pick<EventRepository, 'changedAfter' | 'newestChange'>) {
    this.#repository = repository;
  }

  /** The changes that the last look did not see; the first one gives those of the last seconds. @throws AppError `storage-*` */
  async look(): Promise<EventRow[]> {
    this.#newest ??= await this.#repository.newestChange();
    const rows = await changesAfter(this.#repository, this.#newest - CHANGE_OVERLAP);
    const fresh = rows.filter(({ id, change }) => (this.#known.get(id) ?? 0) < change);
    for (const { id, change } of fresh) this.#known.set(id, change);
    this.#newest = rows.at(-1)?.change ?? this.#newest;
    forgetBefore(this.#known, this.#newest - CHANGE_OVERLAP);
    return fresh;
  }

  /** Begins anew with the next look. */
  reset(): void {
    this.#known.clear();
    this.#newest = undefined;
  }
}

/** All changes after a number, in order. @throws AppError `storage-*` */
export async function changesAfter(
  repository: Pick<EventRepository, 'changedAfter'>,
  change: number,
): Promise<EventRow[]> {
  const all: EventRow[] = [];
  for (let after = change; ; ) {
    const rows = await repository.changedAfter(after, BATCH);
    all.push(...rows);
    if (rows.length < BATCH) return all;
    after = (rows.at(-1) as EventRow).change;
  }
}

/** Drops events whose last change has a lower number. */
export function forgetBefore(changes: Map<string, number>, change: number): void {
  for (const [id, last] of changes) if (last < change) changes.delete(id);
}
