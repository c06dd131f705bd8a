/** Does what messages at `…/set` say, and tells at `…/result` how it went. */
import type { ReasonAnswer } from '#shared/contract/reason.ts';
import { AppError, toProblem } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { PtzTasks } from '../ptz/ptz-tasks.ts';
import type { ReasonDesk } from '../reasoning/reason-desk.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { call } from '../worker-access/client.ts';
import type { Received } from './broker-link.ts';
import { type Command, idOf, type PtzCommand, parseCommand, readJson } from './command.ts';

export interface CommandsOptions {
  /** Switches a stored camera on or off. @throws AppError */
  setEnabled: (cameraId: string, isEnabled: boolean) => Promise<void>;
  routing: Pick<CameraRouting, 'resolve' | 'expectKnown'>;
  /** What cameras do by themselves: a command ends it. */
  tasks: Pick<PtzTasks, 'interrupt'>;
  desk: Pick<ReasonDesk, 'ask'>;
  /** Publishes a picture. @throws AppError */
  snapshot: (cameraId: string, signal: AbortSignal) => Promise<void>;
  /** Tells how a command went. */
  answer: (cameraId: string, result: object) => void;
  redactor: Redactor;
  log: Logger;
}

/** Further commands are refused while so many are under way. */
const MAX_SIMULTANEOUS = 16;

/** Commands of all cameras. No message of a client makes it fail. */
export class Commands {
  readonly #options: CommandsOptions;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** Commands since the start. */
  readonly counts = { done: 0, failed: 0 };

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /** Takes one. */
  take(cameraId: string, message: Received): void {
    const running = this.#take(cameraId, message).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Aborts what is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
  }

  async #take(cameraId: string, { payload, isRetained }: Received): Promise<void> {
    let id: Command['id'];
    try {
      if (isRetained)
        throw new AppError('invalid-field', 'A command that the broker keeps would be done again and again');
      if (this.#running.size >= MAX_SIMULTANEOUS)
        throw new AppError('too-many-requests', `${MAX_SIMULTANEOUS} commands are under way already`);
      const body = readJson(payload);
      id = idOf(body);
      const answer = await this.#do(cameraId, parseCommand(body));
      this.counts.done += 1;
      this.#options.answer(cameraId, { id, ok: true, ...answer });
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.counts.failed += 1;
      this.#options.answer(cameraId, { id, ok: false, error: this.#problemOf(error) });
    }
  }

  async #do(cameraId: string, { enabled, snapshot, ptz, ask }: Command): Promise<{ answer?: ReasonAnswer }> {
    const { setEnabled, routing, desk } = this.#options;
    const { signal } = this.#closing;
    routing.expectKnown(cameraId);
    if (enabled !== undefined) await setEnabled(cameraId, enabled);
    if (snapshot === true) await this.#options.snapshot(cameraId, signal);
    if (ptz !== undefined) await this.#move(cameraId, ptz);
    if (ask === undefined) return {};
    const [given] = await desk.ask('ask', { ...ask, cameraIds: [cameraId] }, { cameras: undefined, signal });
    return { answer: given as ReasonAnswer };
  }

  async #move(cameraId: string, { preset, stop: _stop, home: _home, ...command }: PtzCommand): Promise<void> {
    const { routing, tasks } = this.#options;
    const [name, body] = Object.entries(command)[0] ?? [_stop ? 'stop' : 'home', {}];
    const act = preset === undefined ? name : `presets/${encodeURIComponent(preset)}/go`;
    const worker = routing.resolve(cameraId);
    await tasks.interrupt(cameraId);
    await call(worker, {
      method: 'POST',
      path: `/api/cameras/${encodeURIComponent(cameraId)}/ptz/${act}`,
      json: preset === undefined ? body : {},
      signal: this.#closing.signal,
    });
  }

  #problemOf(error: unknown): object {
    const { redactor, log } = this.#options;
    if (!(error instanceof AppError)) log.error({ err: error }, 'a command of an MQTT client failed');
    const known =
      error instanceof AppError ? error : new AppError('internal-error', 'Internal error; see the log');
    const problem = toProblem(known);
    return {
      ...problem,
      error: redactor.redact(problem.error),
      detail: redactor.redact(problem.detail),
    };
  }
}
