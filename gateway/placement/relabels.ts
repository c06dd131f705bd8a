/** Cameras that ask for other labels than their rows say. */
import { carries, type Labels, labelsText } from '#shared/worker-labels.ts';
import type { OwnerMap } from './owner-map.ts';

/** Other gateways know new labels of a camera by then, milliseconds. */
const RELABEL_MS = 2000;

/** A row as it is to be. */
export interface Relabelled {
  id: string;
  /** The worker that it keeps; null where that does not carry the labels. */
  worker: string | null;
  labels: string;
}

/** Tells them once every gateway knows of it: one that did not would change them back. */
export class Relabels {
  readonly #labelsOf: (cameraId: string) => Labels;
  #since: ReadonlyMap<string, number> = new Map();

  /** @param labelsOf what a camera asks for */
  constructor(labelsOf: (cameraId: string) => Labels) {
    this.#labelsOf = labelsOf;
  }

  /** @param carriedBy what a worker carries */
  due(
    wanted: readonly string[],
    owners: Pick<OwnerMap, 'get'>,
    carriedBy: (worker: string) => Labels,
  ): Relabelled[] {
    const now = performance.now();
    const others = wanted.filter((id) => {
      const labels = owners.get(id)?.labels;
      return labels !== undefined && labels !== labelsText(this.#labelsOf(id));
    });
    this.#since = new Map(others.map((id) => [id, this.#since.get(id) ?? now]));
    const due = others.filter((id) => now - (this.#since.get(id) ?? now) >= RELABEL_MS);
    return due.map((id) => {
      const labels = this.#labelsOf(id);
      const worker = owners.get(id)?.worker ?? null;
      const stays = worker !== null && carries(carriedBy(worker), labels);
      return { id, worker: stays ? worker : null, labels: labelsText(labels) };
    });
  }
}
