/** How the cameras are right now, asked of all workers together. */
import type { CameraStatus } from '#shared/contract/status.ts';
import { isAgentWorker } from '../worker-access/agent-worker.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { listActualCameras } from './camera-worker.ts';

/** Cache time of the workers' answers, milliseconds: many clients may ask simultaneously. */
const FRESH_MS = 500;

type StatesRouting = Pick<CameraRouting, 'ready' | 'mirrorNameOf' | 'nameOf'>;

/** Reads the states of all cameras; what a worker that is down runs is unknown. */
export class CameraStates {
  readonly #routing: StatesRouting;
  readonly #further: () => [string, CameraStatus][];
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Map<string, CameraStatus>> = Promise.resolve(new Map());

  /** @param further states of cameras whose workers cannot be asked */
  constructor(routing: StatesRouting, further: () => [string, CameraStatus][] = () => []) {
    this.#routing = routing;
    this.#further = further;
  }

  /** By camera id; cameras of workers that do not answer are missing. Never rejects. */
  read(): Promise<Map<string, CameraStatus>> {
    if (performance.now() - this.#readAt > FRESH_MS) {
      this.#readAt = performance.now();
      this.#reading = this.#readAll();
    }
    return this.#reading;
  }

  /** As last read, without asking. */
  newest(): Promise<Map<string, CameraStatus>> {
    return this.#reading;
  }

  async #readAll(): Promise<Map<string, CameraStatus>> {
    const lists = await Promise.all(this.#routing.ready().map(readOne));
    const [states, mirrors] = [new Map<string, CameraStatus>(), new Map<string, CameraStatus>()];
    for (const { worker, id, status } of lists.flat()) {
      const name = this.#routing.nameOf(id);
      if (this.#routing.mirrorNameOf(id) === worker) mirrors.set(id, status);
      // Workers of other gateways may give video of an agent's camera as well.
      else if (name === worker || !isAgentWorker(name)) states.set(id, status);
    }
    for (const [id, mirror] of mirrors) {
      const status = states.get(id);
      // The mirror itself is one viewer of the agent's worker.
      const further = Math.max(0, mirror.viewers - 1);
      if (status !== undefined) states.set(id, { ...status, viewers: status.viewers + further });
    }
    return new Map([...states, ...this.#further()]);
  }
}

interface Seen {
  worker: string;
  id: string;
  status: CameraStatus;
}

async function readOne(worker: WorkerAddress): Promise<Seen[]> {
  const cameras = await listActualCameras(worker).catch(() => []);
  return cameras.flatMap(({ cameraId: id, status }) =>
    status === undefined ? [] : [{ worker: worker.name, id, status }],
  );
}
