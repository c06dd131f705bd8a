/** Asks one question of a watch and decides how the watch continues. */
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { EventSink, MomentaryEvent } from '../events/event.ts';
import type { WatchRow, WatchRowChanges } from '../store/database.ts';
import { readingsOf, settingsOf, type WatchAnswer, type WatchError } from './watch.ts';
import { type ActionReach, act } from './watch-actions.ts';
import type { AskedWatch, WatchAsker } from './watch-asker.ts';
import { eventOf } from './watch-event.ts';
import {
  afterAnswer,
  afterFailure,
  afterFiring,
  isFulfilled,
  withAnswer,
  withReading,
} from './watch-progress.ts';

export interface WatchAttemptOptions {
  asker: WatchAsker;
  events: EventSink;
  /** Also delivers the event to the analysis backend; absent without one. */
  deliverEvent?: ((eventId: string, event: MomentaryEvent) => Promise<void>) | undefined;
  /** What acts when a watch fires. */
  reach: ActionReach;
  /** Called with every answer. */
  onReading?: ((watch: WatchRow, answer: WatchAnswer) => void) | undefined;
  redactor: Redactor;
  log: Logger;
  /** Unix milliseconds. */
  now: () => number;
}

/** The outcome of one question. */
export interface WatchOutcome {
  changes: WatchRowChanges;
  /** Nothing was sent to the provider. */
  isUnspent: boolean;
}

/** Asks questions; never rejects. */
export class WatchAttempts {
  readonly #options: WatchAttemptOptions;

  constructor(options: WatchAttemptOptions) {
    this.#options = options;
  }

  async make(row: WatchRow, signal: AbortSignal): Promise<WatchOutcome> {
    let isUnspent = true;
    const onSpend = (): void => {
      isUnspent = false;
    };
    try {
      const before = readingsOf(row).at(-1)?.number ?? undefined;
      const asked = await this.#options.asker.ask(settingsOf(row), { signal, onSpend, before });
      return { changes: await this.#conclude(row, asked), isUnspent };
    } catch (error) {
      // Aborted by the gateway, or superseded by an equal question: not a failure of the watch.
      const isNone = signal.aborted || (error instanceof AppError && error.code === 'question-superseded');
      return { changes: isNone ? {} : this.#failed(row, error), isUnspent };
    }
  }

  async #conclude(row: WatchRow, asked: AskedWatch): Promise<WatchRowChanges> {
    const answer = this.#kept(asked);
    this.#options.onReading?.(row, answer);
    const answers = withAnswer(row, answer);
    const reading = withReading(row, answer);
    if (!isFulfilled(row, answers)) return { ...reading, ...afterAnswer(answers) };
    const { events, log } = this.#options;
    const event = eventOf(row, answers, asked);
    try {
      const eventId = await events.record(event);
      log.info({ watch: row.id, cameraId: row.camera_id, event: eventId }, 'watch fired');
      return {
        ...reading,
        ...afterFiring(row, answers, eventId, this.#options.now()),
        ...(await this.#deliver(row, eventId, event)),
        ...(await this.#act(row, eventId, event)),
      };
    } catch (error) {
      // Keeps the answers: the watch fires when events can be stored again.
      return { ...reading, ...this.#failed(row, error), answers: JSON.stringify(answers) };
    }
  }

  /** A failed delivery does not undo the event. */
  async #deliver(row: WatchRow, eventId: string, event: MomentaryEvent): Promise<WatchRowChanges> {
    const { deliverEvent } = this.#options;
    if (row.deliver !== 1 || deliverEvent === undefined) return {};
    try {
      await deliverEvent(eventId, event);
      return {};
    } catch (error) {
      return { last_error: JSON.stringify(this.#describe(error)) };
    }
  }

  /** A failed action does not undo the event. */
  async #act(row: WatchRow, id: string, { picture, ...event }: MomentaryEvent): Promise<WatchRowChanges> {
    const { startedAt } = event;
    const state = { ...event, id, updatedAt: startedAt, endedAt: startedAt };
    const [error] = await act(settingsOf(row).actions, state, this.#options.reach);
    return error === undefined ? {} : { last_error: JSON.stringify(this.#describe(error)) };
  }

  #kept({ reading, text, number, frame: { sequence, timestamp } }: AskedWatch): WatchAnswer {
    return { at: this.#options.now(), reading, text, number, sequence, timestamp };
  }

  #failed(row: WatchRow, error: unknown): WatchRowChanges {
    const retryAfterMs = error instanceof AppError ? (error.retryAfter ?? 0) * 1000 : 0;
    return afterFailure(row, this.#describe(error), retryAfterMs, this.#options.now());
  }

  #describe(error: unknown): WatchError {
    const { redactor, log, now } = this.#options;
    if (!(error instanceof AppError)) {
      log.error({ err: error }, 'a watch failed');
      return {
        code: 'internal-error',
        message: 'Internal error; see the log of the gateway',
        at: now(),
      };
    }
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return { code: error.code, message: redactor.redact(messageOf(error)), ...hint, at: now() };
  }
}
