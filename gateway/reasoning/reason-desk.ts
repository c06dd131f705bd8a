/** Takes questions of clients to one or several cameras, and keeps the answers. */
import { EventEmitter } from 'node:events';
import type {
  AnswerForm,
  Area,
  ProviderName,
  ReasonAnswer,
  ReasonFailure,
  ReasonKind,
} from '#shared/contract/reason.ts';
import { AppError, messageOf, toProblem } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import type { Redactor } from '#shared/redact.ts';
import { viewAnswer, viewPicture } from './answer-view.ts';
import type { HistoryRepository } from './history-repository.ts';
import type { CameraQuery, Reasoner } from './reasoner.ts';

/** The body of a question of any kind. */
export interface ReasonBody {
  cameraIds: readonly string[];
  question?: string;
  object?: string;
  answer?: AnswerForm;
  length?: 'short' | 'normal' | 'long';
  frames: number;
  over: number;
  area?: Area | undefined;
  provider?: ProviderName | undefined;
  maxAgeMs?: number | undefined;
}

/** What happens while a question is answered. */
export type ReasonEvent =
  | { name: 'frame'; cameraId: string; frame: ReasonAnswer['frame'] }
  | { name: 'text'; cameraId: string; text: string }
  | { name: 'answer'; answer: ReasonAnswer }
  | { name: 'error'; failure: ReasonFailure };

/** The client of a question. */
export interface Asker {
  /** The cameras that exist for it; undefined: all. */
  cameras: ReadonlySet<string> | undefined;
  signal: AbortSignal;
  /** Told what happens; absent: only the answers are wanted. */
  onEvent?: ((event: ReasonEvent) => void) | undefined;
}

export interface ReasonDeskOptions {
  reasoner: Reasoner;
  history: Pick<HistoryRepository, 'add'>;
  /** Ids of the cameras that are switched on. */
  cameras: () => readonly string[];
  redactor: Redactor;
  log: Logger;
}

/** A provider that counts per second makes more of them wait too long. */
const SIMULTANEOUS = 4;
const ALL = '*';

/** Asks on behalf of clients. */
export class ReasonDesk {
  readonly #options: ReasonDeskOptions;
  readonly #answers = new EventEmitter<{ answer: [ReasonAnswer] }>();

  constructor(options: ReasonDeskOptions) {
    this.#options = options;
  }

  /** Calls `listener` with every answer to a question. */
  onAnswer(listener: (answer: ReasonAnswer) => void): void {
    this.#answers.on('answer', listener);
  }

  /**
   * The answers in the order of the cameras; one that cannot be asked has its error in its place.
   * @throws AppError where not a single camera could be asked
   */
  async ask(kind: ReasonKind, body: ReasonBody, asker: Asker): Promise<(ReasonAnswer | ReasonFailure)[]> {
    const cameraIds = this.#cameras(body.cameraIds, asker);
    const answers: (ReasonAnswer | ReasonFailure)[] = [];
    const errors: AppError[] = [];
    const waiting = [...cameraIds.entries()];
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, cameraId] = next;
        try {
          answers[index] = await this.#askOne(kind, cameraId, body, asker);
        } catch (error) {
          if (!(error instanceof AppError) || asker.signal.aborted) throw error;
          errors.push(error);
          answers[index] = this.#failure(cameraId, error, asker);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(SIMULTANEOUS, cameraIds.length) }, work));
    if (errors.length === cameraIds.length) throw errors[0];
    return answers;
  }

  #cameras(cameraIds: readonly string[], { cameras }: Asker): string[] {
    const isVisible = (id: string): boolean => cameras === undefined || cameras.has(id);
    if (!cameraIds.includes(ALL)) {
      const ids = [...new Set(cameraIds)];
      const hidden = ids.find((id) => !isVisible(id));
      if (hidden !== undefined) throw new AppError('camera-not-found', `No camera ${hidden}`);
      return ids;
    }
    const ids = this.#options.cameras().filter(isVisible);
    if (ids.length === 0) throw new AppError('camera-not-found', 'No camera is switched on');
    return ids;
  }

  async #askOne(kind: ReasonKind, cameraId: string, body: ReasonBody, asker: Asker): Promise<ReasonAnswer> {
    const { onEvent } = asker;
    const given = await this.#options.reasoner.answer({
      ...queryOf(kind, cameraId, body),
      signal: asker.signal,
      onPictures: (pictures) => {
        const newest = pictures.at(-1);
        if (newest !== undefined) onEvent?.({ name: 'frame', cameraId, frame: viewPicture(newest) });
      },
      onText: onEvent && ((text) => onEvent({ name: 'text', cameraId, text })),
    });
    const answer = viewAnswer(given);
    await this.#keep(
      answer,
      given.pictures.map(({ id, frame }) => ({ id, jpeg: frame.jpeg })),
    );
    onEvent?.({ name: 'answer', answer });
    this.#answers.emit('answer', answer);
    return answer;
  }

  /** An answer that cannot be stored is given all the same. */
  async #keep(answer: ReasonAnswer, pictures: { id: string; jpeg: Buffer }[]): Promise<void> {
    const { history, log } = this.#options;
    await history.add(answer, pictures).catch((error: unknown) => {
      log.warn({ camera: answer.cameraId, reason: messageOf(error) }, 'an answer could not be kept');
    });
  }

  #failure(cameraId: string, error: AppError, { onEvent }: Asker): ReasonFailure {
    const { redactor } = this.#options;
    const problem = toProblem(error);
    const clean = {
      ...problem,
      error: redactor.redact(problem.error),
      detail: redactor.redact(problem.detail),
    };
    const wait = error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter };
    const failure = { cameraId, error: { ...clean, ...wait } };
    onEvent?.({ name: 'error', failure });
    return failure;
  }
}

function queryOf(kind: ReasonKind, cameraId: string, body: ReasonBody): Omit<CameraQuery, 'signal'> {
  const { question, object, answer, length, frames, over, area, maxAgeMs, provider } = body;
  return {
    ...{ kind, cameraId, frames, over, area, maxAgeMs, provider },
    words: question ?? object ?? '',
    ...(answer === undefined ? {} : { form: answer }),
    ...(length === undefined ? {} : { length }),
  };
}
