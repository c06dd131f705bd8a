/** Connects and disconnects cameras at a client's request. */
import type { ConnectRequest } from '#shared/contract/connect.ts';
import { AppError } from '#shared/errors.ts';
import { sourceId } from '#shared/source-id.ts';
import { isAgentWorker } from '../worker-access/agent-worker.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import type { CameraDirectory } from './camera-directory.ts';
import { connectCamera, removeCamera } from './camera-worker.ts';
import { checkPlace } from './place-input.ts';
import type { Reconciler } from './reconciler.ts';

export interface ConnectorOptions {
  directory: CameraDirectory;
  routing: Pick<CameraRouting, 'workerAt' | 'findOwner'>;
  reconciler: Pick<Reconciler, 'hold'>;
  /** How often a camera moved between workers; undefined where that is not counted. */
  epochOf?: ((cameraId: string) => number | undefined) | undefined;
  /** Resolves when other gateways can know what the directory has; there are none by default. */
  whenShared?: (() => Promise<void>) | undefined;
}

/** The newest request for a camera wins; what it connected is then wanted for the gateway's life. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #newest = new Map<string, symbol>();

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** Connects and waits for the first frame; a failure changes nothing. @throws AppError */
  async connect({ cameraId, name, location, source, agent, ...asked }: ConnectRequest): Promise<void> {
    const { directory, routing, reconciler } = this.#options;
    // Those that are being connected run too.
    directory.checkRoom([...this.#newest.keys(), cameraId]);
    const before = directory.find(cameraId);
    const labels = asked.labels ?? (agent === undefined ? before?.labels : undefined);
    checkPlace({ source, agent, labels });
    const worker = routing.workerAt(agent, cameraId, labels);
    const request = Symbol(cameraId);
    this.#newest.set(cameraId, request);
    const release = reconciler.hold(cameraId, worker.name);
    let actual: { sourceId: string } | undefined;
    try {
      const epoch = this.#epochAt(worker, cameraId);
      await connectCamera(worker, { cameraId, source, ...(epoch === undefined ? {} : { epoch }) });
      if (this.#newest.get(cameraId) !== request) {
        throw new AppError('camera-replaced', 'A newer request for this camera took over');
      }
      const now = directory.find(cameraId);
      directory.put({
        id: cameraId,
        name: name ?? now?.name ?? `Camera ${cameraId}`,
        location: location ?? now?.location ?? '',
        source,
        agent,
        labels,
        origin: 'connected',
      });
      actual = { sourceId: sourceId(source) };
    } catch (error) {
      if (!isStale(error)) throw error;
      throw new AppError('worker-not-ready', 'The camera moves to another worker now', { retryAfter: 1 });
    } finally {
      release(actual);
      if (this.#newest.get(cameraId) === request) this.#newest.delete(cameraId);
    }
    await this.#options.whenShared?.();
  }

  /** Disconnects; an unknown camera is fine, and so is a worker that is down: the reconciler removes it later. */
  async disconnect(cameraId: string): Promise<void> {
    const { directory, routing, reconciler } = this.#options;
    this.#newest.delete(cameraId);
    const release = reconciler.hold(cameraId);
    let actual: { sourceId: undefined } | undefined;
    try {
      directory.remove(cameraId);
      // Should this gateway die now, another one knows that the camera was taken from its worker.
      await this.#options.whenShared?.();
      const worker = routing.findOwner(cameraId);
      if (worker !== undefined) {
        await removeCamera(worker, cameraId, undefined, this.#epochAt(worker, cameraId));
      }
      actual = { sourceId: undefined };
    } catch (error) {
      if (!isStale(error) && (!(error instanceof AppError) || error.status < 500)) throw error;
    } finally {
      release(actual);
    }
  }

  #epochAt({ name }: WorkerAddress, cameraId: string): number | undefined {
    return isAgentWorker(name) ? undefined : this.#options.epochOf?.(cameraId);
  }
}

/** Whether a worker had newer orders about a camera, or has another keeper by now. */
function isStale(error: unknown): boolean {
  return error instanceof AppError && error.code === 'stale-order';
}
