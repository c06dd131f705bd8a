/** Which worker a WebRTC session belongs to, and the numbers that new ones get. */
import { parseCameraId } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { SESSION_NUMBER_HEADER } from '#shared/worker-protocol.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { pass, type WorkerAnswer, type WorkerRequest } from '../worker-access/client.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';

export interface SessionRouterOptions {
  routing: Pick<CameraRouting, 'resolve' | 'refusalOf' | 'ready' | 'report'>;
  log: Logger;
}

const TIMEOUT_MS = 10_000;
/** `{cameraId}_{n}` */
const SESSION_ID = /^([A-Za-z0-9._-]{1,64})_\d{1,15}$/;

/** The camera that a session's id names; undefined for text that is no such id. */
export function cameraOfSession(sessionId: string): string | undefined {
  return SESSION_ID.exec(sessionId)?.[1];
}

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
   * @throws AppError `invalid-field`, `worker-*`, or as {@link CameraRouting.resolve}
   */
  async open(wanted: string, base: string, request: Omit<WorkerRequest, 'path'>): Promise<WorkerAnswer> {
    const cameraId = parseCameraId(wanted);
    const worker = this.#options.routing.resolve(cameraId);
    const headers = { ...request.headers, [SESSION_NUMBER_HEADER]: String(this.#nextNumber) };
    this.#nextNumber += 1;
    return this.#call(worker, { ...request, headers, path: `${base}/${encodeURIComponent(cameraId)}` });
  }

  /** Speaks to a session. @throws AppError `session-not-found`, `storage-unavailable`, `worker-*` */
  async speak(sessionId: string, request: WorkerRequest): Promise<WorkerAnswer> {
    const cameraId = cameraOfSession(sessionId);
    const { routing } = this.#options;
    if (cameraId === undefined || routing.refusalOf(cameraId)?.code === 'camera-not-found') {
      throw new AppError('session-not-found', `No session ${sessionId.slice(0, 128)}`);
    }
    return this.#call(routing.resolve(cameraId), request);
  }

  /** Every session of the workers that answer. */
  async sessions(): Promise<unknown[]> {
    const answers = await Promise.all(this.#options.routing.ready().map((worker) => this.#list(worker)));
    return answers.flat();
  }

  async #call(worker: WorkerAddress, request: WorkerRequest): Promise<WorkerAnswer> {
    try {
      return await pass(worker, { timeoutMs: TIMEOUT_MS, ...request });
    } catch (error) {
      this.#options.log.warn({ worker: worker.name, code: (error as AppError).code }, 'signalling failed');
      this.#options.routing.report(worker.name);
      throw error;
    }
  }

  async #list(worker: WorkerAddress): Promise<unknown[]> {
    try {
      const { status, body } = await pass(worker, { method: 'GET', path: '/api/streams/status' });
      const { sessions } = JSON.parse(body.toString()) as { sessions?: unknown };
      return status === 200 && Array.isArray(sessions) ? sessions : [];
    } catch (error) {
      // The others' sessions are no less true.
      this.#options.log.warn({ worker: worker.name, err: error }, 'sessions could not be listed');
      return [];
    }
  }
}
