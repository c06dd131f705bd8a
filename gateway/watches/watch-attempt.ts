/** Asks one question of a watch and decides how the watch continues. */
import { AppError, messageOf } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import type { EventSink, MomentaryEvent } from '../events/event.ts';
import type { WatchRow, WatchRowChanges } from '../store/database.ts';
import { settingsOf, type WatchAnswer, type WatchError } from './watch.ts';
import type { AskedWatch, WatchAsker } from './watch-asker.ts';
import { eventOf } from './watch-event.ts';
import { afterAnswer, afterFailure, afterFiring, isFulfilled, withAnswer } from './watch-progress.ts';

export interface WatchAttemptOptions {
  asker: WatchAsker;
  events: EventSink;
  /** Also delivers the event to the analysis backend; absent without one. */
  deliverEvent?: ((eventId: string, event: MomentaryEvent) => Promise<void>) | undefined;
  redactor: Redactor;
  log: Logger;
  /** Unix milliseconds. */
  now: () => number;
}

/** The outcome of one question. */
export interface WatchOutcome {
  changes: WatchRowChanges;
  /** Nothing was sent to Moondream. */
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
      const asked = await this.#options.asker.ask(settingsOf(row), { signal, onSpend });
      return { changes: await this.#conclude(row, asked), isUnspent };
    } catch (error) {
      // Aborted by the gateway, or superseded by an equal question: not a failure of the watch.
      const isNone = signal.aborted || (error instanceof AppError && error.code === 'question-superseded');
      return { changes: isNone ? {} : this.#failed(row, error), isUnspent };
    }
  }

  async #conclude(row: WatchRow, asked: AskedWatch): Promise<WatchRowChanges> {
    const answer = this.#kept(asked);
    const answers = withAnswer(row, answer);
    if (!isFulfilled(row, answers)) return afterAnswer(answers);
    const { events, log } = this.#options;
    const event = eventOf(row, answers, asked);
    try {
      const eventId = await events.record(event);
      log.info({ watch: row.id, cameraId: row.camera_id, event: eventId }, 'watch fired');
      return {
        ...afterFiring(row, answers, eventId, this.#options.now()),
        ...(await this.#deliver(row, eventId, event)),
      };
    } catch (error) {
      // Keeps the answers: the watch fires when events can be stored again.
      return { ...this.#failed(row, error), answers: JSON.stringify(answers) };
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

  #kept({ reading, text, frame: { sequence, timestamp } }: AskedWatch): WatchAnswer {
    return { at: this.#options.now(), reading, text, sequence, timestamp };
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
