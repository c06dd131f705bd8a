/** Which worker a WebRTC session belongs to, and the numbers that new ones get. */
import { randomInt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseCameraId } from '#shared/camera.ts';
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { LOCAL_CLIENT_HEADER, SESSION_NUMBER_HEADER, SESSION_OWNER_HEADER } from '#shared/worker-protocol.ts';
import { isLocalRequest } from '../auth/local-request.ts';
import { principalOf } from '../auth/principal.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { pass, type WorkerAnswer, type WorkerRequest } from '../worker-access/client.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { expectOwner, newOwner, type SessionClient, SessionOwners } from './session-owners.ts';
import { ownerText, SharedSessions } from './shared-sessions.ts';

export interface SessionRouterOptions {
  routing: Pick<CameraRouting, 'resolveVideo' | 'refusalOf' | 'ready' | 'report'>;
  /** Whether other gateways open sessions at the same workers. */
  isShared?: boolean;
  /** Whether a request comes from this machine; {@link isLocalRequest} by default. */
  isLocal?: (request: IncomingMessage) => boolean;
  log: Logger;
}

/** The client that opens a session. */
export interface OpeningClient extends SessionClient {
  /** Whether it is on this machine. */
  isLocal: boolean;
}

type OpeningRequest = Omit<WorkerRequest, 'path'> & { client: OpeningClient };

export interface OpenedSession {
  answer: WorkerAnswer;
  /** Secret to be put into the session's addresses; undefined where none is needed. */
  key: string | undefined;
}

const TIMEOUT_MS = 10_000;
/** Numbers have at most 15 digits. */
const MAX_FIRST_NUMBER = 2 ** 40;
/** `{cameraId}_{n}` */
const SESSION_ID = /^([A-Za-z0-9._-]{1,64})_\d{1,15}$/;

/** The camera that a session's id names; undefined for text that is no such id. */
export function cameraOfSession(sessionId: string): string | undefined {
  return SESSION_ID.exec(sessionId)?.[1];
}

/** Passes signalling to the worker of a camera; the session's id says whose it is. */
export class SessionRouter {
  readonly #options: SessionRouterOptions;
  readonly #owners = new SessionOwners();
  /** Sessions of other gateways; undefined where there are none. */
  readonly #shared: SharedSessions | undefined;
  #nextNumber: number;

  constructor(options: SessionRouterOptions) {
    this.#options = options;
    this.#shared = options.isShared === true ? new SharedSessions(options) : undefined;
    // A worker ends a session whose id another one takes: gateways must not count alike.
    this.#nextNumber = options.isShared === true ? randomInt(MAX_FIRST_NUMBER) : 0;
  }

  /**
   * Opens a session of a camera, numbered over all of them.
   * @param base path of the worker below which cameras have theirs
   * @throws AppError `invalid-field`, `worker-*`, or as {@link CameraRouting.resolve}
   */
  async open(wanted: string, base: string, { client, ...request }: OpeningRequest): Promise<OpenedSession> {
    const cameraId = parseCameraId(wanted);
    const worker = this.#options.routing.resolveVideo(cameraId);
    const sessionId = `${cameraId}_${this.#nextNumber}`;
    const { owner, key } = newOwner(client);
    const headers = {
      ...request.headers,
      [SESSION_NUMBER_HEADER]: String(this.#nextNumber),
      ...(client.isLocal ? { [LOCAL_CLIENT_HEADER]: '1' } : {}),
      ...(this.#shared === undefined ? {} : { [SESSION_OWNER_HEADER]: ownerText(owner) }),
    };
    this.#nextNumber += 1;
    const path = `${base}/${encodeURIComponent(cameraId)}`;
    const answer = await this.#call(worker, { ...request, headers, path });
    const isOpen = answer.status >= 200 && answer.status < 300;
    if (isOpen) this.#owners.add(sessionId, owner);
    return { answer, key: isOpen ? key : undefined };
  }

  /** The client of a request. @param address of the client; undefined for a local request */
  clientOf(request: IncomingMessage, address: string | undefined): OpeningClient {
    const { isLocal = isLocalRequest } = this.#options;
    const key = new URLSearchParams((request.url ?? '').split('?')[1] ?? '').get('key') ?? undefined;
    return { principal: principalOf(request), address, key, isLocal: isLocal(request) };
  }

  /**
   * Lets the client that opened a session, at this gateway or another one, speak about it.
   * @throws AppError `session-not-found`, `storage-unavailable`, `worker-*`
   */
  async expectOwner(sessionId: string, client: SessionClient, isOpenToAdmins = false): Promise<void> {
    const cameraId = cameraOfSession(sessionId);
    const refusal = cameraId === undefined ? undefined : this.#options.routing.refusalOf(cameraId);
    // Every request about a camera that may be stored says the same.
    if (refusal?.code === 'storage-unavailable') throw refusal;
    const known = this.#owners.find(sessionId);
    const isElsewhere = known === undefined && cameraId !== undefined && refusal === undefined;
    const owner = isElsewhere ? await this.#shared?.find(cameraId, sessionId) : known;
    expectOwner(sessionId, owner, { client, isOpenToAdmins });
  }

  /** Ends the sessions that were opened in a sign-in that ended; failures are logged. */
  endOfSignIn(signInId: string): void {
    for (const sessionId of this.#owners.takeOfSignIn(signInId)) {
      const path = `/api/webrtc/sessions/${encodeURIComponent(sessionId)}`;
      // A session that ended before is no failure.
      void this.speak(sessionId, { method: 'DELETE', path }).catch(() => {});
    }
    this.#shared?.endOfSignIn(signInId);
  }

  /** Speaks to a session. @throws AppError `session-not-found`, `storage-unavailable`, `worker-*` */
  async speak(sessionId: string, request: WorkerRequest): Promise<WorkerAnswer> {
    const cameraId = cameraOfSession(sessionId);
    const { routing } = this.#options;
    if (cameraId === undefined || routing.refusalOf(cameraId)?.code === 'camera-not-found') {
      throw new AppError('session-not-found', `No session ${sessionId.slice(0, 128)}`);
    }
    return this.#call(routing.resolveVideo(cameraId), request);
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
