/** Which worker a WebRTC session belongs to, and the numbers that new ones get. */
import { parseCameraId } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { WorkerAddress } from '../supervisor/worker-status.ts';
import { callWorker, type WorkerAnswer, type WorkerRequest } from '../worker-access/worker-call.ts';

export interface SessionRouterOptions {
  owners: { get(cameraId: string): WorkerAddress };
  /** The workers that are ready. */
  readyWorkers: () => WorkerAddress[];
  /** Whether the gateway knows a camera. */
  isKnown: (cameraId: string) => boolean;
  /** Tells the supervisor that a worker was found not answering. */
  kick: (worker: string) => void;
  log: Logger;
}

/** `{cameraId}_{n}` */
const SESSION_ID = /^([A-Za-z0-9._-]{1,64})_\d{1,15}$/;

/** Passes signalling to the worker of a camera; the session's id says whose it is. */
export class SessionRouter {
  readonly #options: SessionRouterOptions;
  #nextNumber = 0;

  constructor(options: SessionRouterOptions) {
    this.#options = options;
  }

  /**
   * Opens a session of a camera, numbered over all of them.
   * @param base path of the worker below which cameras have theirs
   * @throws AppError `invalid-field`, `camera-not-found`, `worker-*`
   */
  async open(wanted: string, base: string, request: Omit<WorkerRequest, 'path'>): Promise<WorkerAnswer> {
    const cameraId = parseCameraId(wanted);
    const worker = this.#workerOf(cameraId);
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    return this.#call(worker, { ...request, path: `${base}/${encodeURIComponent(cameraId)}`, number });
  }

  /** Speaks to a session. @throws AppError `session-not-found`, `worker-*` */
  async speak(sessionId: string, request: WorkerRequest): Promise<WorkerAnswer> {
    const cameraId = SESSION_ID.exec(sessionId)?.[1];
    if (cameraId === undefined || !this.#options.isKnown(cameraId)) {
      throw new AppError('session-not-found', `No session ${sessionId.slice(0, 128)}`);
    }
    return this.#call(this.#workerOf(cameraId), request);
  }

  /** Every session of the workers that answer. */
  async sessions(): Promise<unknown[]> {
    const answers = await Promise.all(this.#options.readyWorkers().map((worker) => this.#list(worker)));
    return answers.flat();
  }

  #workerOf(cameraId: string): WorkerAddress {
    const { isKnown, owners } = this.#options;
    if (!isKnown(cameraId)) throw new AppError('camera-not-found', `No camera ${cameraId}`);
    return owners.get(cameraId);
  }

  async #call(worker: WorkerAddress, request: WorkerRequest): Promise<WorkerAnswer> {
    try {
      return await callWorker(worker, request);
    } catch (error) {
      this.#options.log.warn({ worker: worker.name, code: (error as AppError).code }, 'signalling failed');
      this.#options.kick(worker.name);
      throw error;
    }
  }

  async #list(worker: WorkerAddress): Promise<unknown[]> {
    try {
      const { status, body } = await callWorker(worker, { method: 'GET', path: '/api/streams/status' });
      const { sessions } = JSON.parse(body) as { sessions?: unknown };
      return status === 200 && Array.isArray(sessions) ? sessions : [];
    } catch (error) {
      // The others' sessions are no less true.
      this.#options.log.warn({ worker: worker.name, err: error }, 'sessions could not be listed');
      return [];
    }
  }
}
