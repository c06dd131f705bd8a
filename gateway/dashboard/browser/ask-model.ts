/** Questions that this page asks, and what came of them. */
import { GatewayError } from '#shared/client/gateway-error.ts';
import type {
  Reason,
  ReasonAnswer,
  ReasonKind,
  ReasonProgress,
  ReasonRequests,
} from '#shared/client/reason.ts';

/** What a user asks. */
export interface AskWish {
  kind: ReasonKind;
  /** The question, or the object; empty for a description. */
  words: string;
  cameraIds: readonly string[];
  /** Asks about the last seconds instead of this moment. */
  isOverTime?: boolean;
}

/** One camera's part of a question. */
export interface AskCard {
  /** Unique on this page. */
  key: string;
  kind: ReasonKind;
  words: string;
  cameraId: string;
  isOverTime: boolean;
  /** Asks about the last picture of a camera that is away. */
  isOld: boolean;
  state: 'asking' | 'answered' | 'failed';
  /** The picture that is asked about, as soon as it is known. */
  frame: ReasonAnswer['frame'] | undefined;
  /** What was answered so far. */
  text: string;
  answer: ReasonAnswer | undefined;
  error: GatewayError | undefined;
  /** When it is asked again by itself, Unix milliseconds. */
  retryAt: number | undefined;
}

/** A busy provider is asked again by itself, once, after at most this time. */
const MAX_RETRY_MS = 30_000;
const BUSY = /^(?:moondream|vlm)-(?:busy|rate-limited|unavailable)$/;
const MAX_CARDS = 60;
/** The last ten seconds. */
const OVER_TIME = { frames: 4, over: 10 };
/** A week, the most that the gateway takes. */
const ANY_AGE_MS = 604_800_000;

/** Of one page or panel. */
export class AskModel {
  readonly #reason: Pick<Reason, 'stream'>;
  readonly #onChange: () => void;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #ending = new AbortController();
  #asked = 0;
  /** Newest first. */
  cards: AskCard[] = [];

  constructor(reason: Pick<Reason, 'stream'>, onChange: () => void) {
    this.#reason = reason;
    this.#onChange = onChange;
  }

  get isAsking(): boolean {
    return this.cards.some(({ state, retryAt }) => state === 'asking' || retryAt !== undefined);
  }

  /** Asks the cameras; their cards replace those of the question before. */
  async ask({ kind, words, cameraIds, isOverTime = false }: AskWish): Promise<void> {
    this.stop();
    this.#asked += 1;
    const cards = cameraIds.slice(0, MAX_CARDS).map((cameraId): AskCard => {
      const nothing = { frame: undefined, text: '', answer: undefined, error: undefined, retryAt: undefined };
      const wish = { kind, words, cameraId, isOverTime, isOld: false };
      return { key: `${this.#asked} ${cameraId}`, ...wish, state: 'asking', ...nothing };
    });
    this.cards = cards;
    this.#onChange();
    await this.#run(cards, true);
  }

  /** Asks one card's question again. @param isOld about the camera's last picture, however old */
  async again(card: AskCard, isOld = false): Promise<void> {
    Object.assign(card, {
      isOld,
      state: 'asking',
      text: '',
      answer: undefined,
      error: undefined,
      retryAt: undefined,
    });
    this.#onChange();
    await this.#run([card], false);
  }

  /** Ends what is being asked. */
  stop(): void {
    this.#ending.abort();
    this.#ending = new AbortController();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const card of this.cards) {
      card.retryAt = undefined;
      if (card.state === 'asking') card.state = 'failed';
    }
  }

  async #run(cards: readonly AskCard[], mayRetry: boolean): Promise<void> {
    const [first] = cards;
    if (first === undefined) return;
    const { signal } = this.#ending;
    const request = requestOf(
      first,
      cards.map(({ cameraId }) => cameraId),
    );
    try {
      for await (const progress of this.#reason.stream(first.kind, request, { signal })) {
        this.#take(cards, progress);
        this.#onChange();
      }
    } catch (error) {
      if (signal.aborted) return;
      for (const card of cards) if (card.state === 'asking') fail(card, errorOf(error));
    }
    if (mayRetry) for (const card of cards) this.#retryLater(card);
    this.#onChange();
  }

  #take(cards: readonly AskCard[], progress: ReasonProgress): void {
    const cameraId = progress.event === 'answer' ? progress.answer.cameraId : progress.cameraId;
    const card = cards.find((one) => one.cameraId === cameraId);
    if (card === undefined) return;
    if (progress.event === 'frame') card.frame = progress.frame;
    else if (progress.event === 'text') card.text += progress.text;
    else if (progress.event === 'error') fail(card, progress.error);
    else {
      const { answer } = progress;
      Object.assign(card, { state: 'answered', answer, frame: answer.frame, text: answer.answer });
    }
  }

  #retryLater(card: AskCard): void {
    const { error } = card;
    if (error === undefined || !BUSY.test(error.code)) return;
    const waitMs = error.retryAfterMs ?? 1000;
    if (waitMs > MAX_RETRY_MS) return;
    card.retryAt = Date.now() + waitMs;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.again(card);
    }, waitMs);
    this.#timers.add(timer);
  }
}

/** How many of several cameras answered what, in a sentence; empty for one camera. */
export function summaryOf(cards: readonly AskCard[]): string {
  if (cards.length < 2 || cards.some(({ state }) => state === 'asking')) return '';
  const failed = cards.filter(({ state }) => state === 'failed').length;
  const rest = failed === 0 ? '' : `, ${failed} without an answer`;
  const counts = cards.flatMap(({ answer }) => (typeof answer?.value === 'number' ? [answer.value] : []));
  if (counts.length > 0) {
    const total = counts.reduce((sum, value) => sum + value, 0);
    return `${total} found on ${counts.filter((value) => value > 0).length} of ${cards.length} cameras${rest}`;
  }
  const [yes, no] = ['yes', 'no'].map(
    (word) =>
      cards.filter(({ answer }) => new RegExp(`^\\W*${word}\\b`, 'i').test(answer?.answer ?? '')).length,
  ) as [number, number];
  const answered = cards.length - failed;
  return yes + no === 0 ? `${answered} of ${cards.length} cameras answered` : `${yes} yes, ${no} no${rest}`;
}

function requestOf<Kind extends ReasonKind>(
  { kind, words, isOverTime, isOld }: AskCard,
  cameraIds: string[],
): ReasonRequests[Kind] {
  const pictures = { ...(isOverTime ? OVER_TIME : {}), ...(isOld ? { maxAgeMs: ANY_AGE_MS } : {}) };
  const asked = kind === 'ask' ? { question: words } : kind === 'describe' ? {} : { object: words };
  return { cameraIds, ...asked, ...pictures } as unknown as ReasonRequests[Kind];
}

function fail(card: AskCard, error: GatewayError): void {
  card.state = 'failed';
  card.error = error;
}

function errorOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError({ code: 'unexpected-answer', message: 'Something went wrong while asking' });
}
