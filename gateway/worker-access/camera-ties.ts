/**
 * Connections to workers that last: they end when the camera moves or when another process runs under the name of the
 * worker. A worker that is cut off or frozen ends nothing by itself.
 */
import type { WorkerAddress } from './worker-address.ts';

type Process = Pick<WorkerAddress, 'name' | 'origin' | 'epoch'>;

interface Tie {
  worker: Process;
  cut: () => void;
}

/** All connections of one routing. */
export class CameraTies {
  readonly #namesOf: (cameraId: string) => readonly (string | undefined)[];
  readonly #ties = new Map<string, Set<Tie>>();

  /** @param namesOf the workers that may serve a camera now */
  constructor(namesOf: (cameraId: string) => readonly (string | undefined)[]) {
    this.#namesOf = namesOf;
  }

  /** @param cut ends the connection; called once at most @returns forgets it, when it has ended */
  tie(cameraId: string, worker: Process, cut: () => void): () => void {
    const ties = this.#ties.get(cameraId) ?? new Set();
    this.#ties.set(cameraId, ties);
    const tie = { worker, cut };
    ties.add(tie);
    return () => this.#forget(cameraId, ties, tie);
  }

  /** A camera moved. */
  moved(cameraId: string): void {
    if (!this.#ties.has(cameraId)) return;
    const names = this.#namesOf(cameraId);
    this.#cut(cameraId, ({ name }) => !names.includes(name));
  }

  /** A worker is ready, perhaps as another process. */
  ready({ name, origin, epoch }: Process): void {
    for (const cameraId of [...this.#ties.keys()])
      this.#cut(
        cameraId,
        (worker) => worker.name === name && (worker.origin !== origin || worker.epoch !== epoch),
      );
  }

  #cut(cameraId: string, isOver: (worker: Process) => boolean): void {
    const ties = this.#ties.get(cameraId) ?? new Set();
    for (const tie of [...ties]) {
      if (!isOver(tie.worker)) continue;
      this.#forget(cameraId, ties, tie);
      tie.cut();
    }
  }

  #forget(cameraId: string, ties: Set<Tie>, tie: Tie): void {
    ties.delete(tie);
    if (ties.size === 0 && this.#ties.get(cameraId) === ties) this.#ties.delete(cameraId);
  }
}
