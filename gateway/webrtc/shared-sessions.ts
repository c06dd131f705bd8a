/** WebRTC sessions that other gateways opened: their workers keep who owns them. */
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { parseJson } from '#shared/parse-json.ts';
import {
  SESSION_OWNERS_PATH,
  sessionOwnerAnswerSchema,
  sessionOwnersAnswerSchema,
} from '#shared/worker-protocol.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call, pass } from '../worker-access/client.ts';
import type { WorkerAddress } from '../worker-access/worker-address.ts';
import { endsWith, type SessionOwner, sessionOwnerSchema } from './session-owners.ts';

export interface SharedSessionsOptions {
  routing: Pick<CameraRouting, 'resolveVideo' | 'ready'>;
  log: Logger;
}

/** Asks workers; keeps nothing of what they answer. */
export class SharedSessions {
  readonly #options: SharedSessionsOptions;
  /** Sign-ins whose sessions are still to be ended. */
  readonly #ended = new Set<string>();
  #isEnding = false;

  constructor(options: SharedSessionsOptions) {
    this.#options = options;
  }

  /** The owner of a session of a known camera; undefined for no session. @throws AppError `worker-*` */
  async find(cameraId: string, sessionId: string): Promise<SessionOwner | undefined> {
    const worker = this.#options.routing.resolveVideo(cameraId);
    const path = `${SESSION_OWNERS_PATH}/${encodeURIComponent(sessionId)}`;
    try {
      const { owner } = await call(worker, { method: 'GET', path, schema: sessionOwnerAnswerSchema });
      return readOwner(owner);
    } catch (error) {
      // The second code is that of a worker of an earlier version.
      if (error instanceof AppError && ['session-not-found', 'not-found'].includes(error.code))
        return undefined;
      throw error;
    }
  }

  /** Ends the sessions that were opened in a sign-in, also those of a gateway that is gone; failures are logged. */
  endOfSignIn(signInId: string): void {
    this.#ended.add(signInId);
    if (this.#isEnding) return;
    this.#isEnding = true;
    // Later: many sign-ins that end together take one look at the workers.
    setImmediate(() => void this.#endAll().finally(() => (this.#isEnding = false)));
  }

  async #endAll(): Promise<void> {
    while (this.#ended.size > 0) {
      const ended = [...this.#ended];
      this.#ended.clear();
      await Promise.all(this.#options.routing.ready().map((worker) => this.#endAt(worker, ended)));
    }
  }

  async #endAt(worker: WorkerAddress, ended: readonly string[]): Promise<void> {
    try {
      const sessions = await call(worker, {
        method: 'GET',
        path: SESSION_OWNERS_PATH,
        schema: sessionOwnersAnswerSchema,
      });
      for (const { sessionId, owner: text } of sessions) {
        const owner = readOwner(text);
        if (owner === undefined || !ended.some((signIn) => endsWith(owner, signIn))) continue;
        // One that ended before is no failure.
        await pass(worker, {
          method: 'DELETE',
          path: `/api/webrtc/sessions/${encodeURIComponent(sessionId)}`,
        });
      }
    } catch (error) {
      const facts = { worker: worker.name, reason: messageOf(error) };
      this.#options.log.warn(facts, 'sessions of an ended sign-in could not be looked for');
    }
  }
}

/** The owner as text for a worker. */
export function ownerText(owner: SessionOwner): string {
  return JSON.stringify(owner);
}

function readOwner(text: string): SessionOwner | undefined {
  return sessionOwnerSchema.safeParse(parseJson(text)).data;
}
