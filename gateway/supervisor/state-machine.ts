/** The states of a worker slot and the moves between them (reliability notes, section 2.2). */

/** Allowed successors of every state. */
const SUCCESSORS = {
  /** Nobody wants it to run. */
  stopped: ['spawning'],
  spawning: ['starting', 'backoff', 'failed', 'stopped'],
  /** The process is up but does not serve yet. */
  starting: ['ready', 'stopping', 'spawning', 'backoff', 'failed', 'stopped'],
  /** The only state in which requests are routed to it. */
  ready: ['unready', 'stopping', 'spawning', 'backoff', 'failed', 'stopped'],
  /** Alive, but refuses work; never restarted for that. */
  unready: ['ready', 'stopping', 'spawning', 'backoff', 'failed', 'stopped'],
  stopping: ['lost', 'spawning', 'backoff', 'failed', 'stopped'],
  /** Survived SIGKILL, as a process in uninterruptible sleep does. */
  lost: ['spawning', 'backoff', 'failed', 'stopped'],
  backoff: ['spawning', 'stopped'],
  /** Too many failures, or settings it cannot start with; tried rarely. */
  failed: ['spawning', 'stopped'],
} as const;

export type WorkerState = keyof typeof SUCCESSORS;

/** Every state, in the order of a life. */
export const WORKER_STATES = Object.keys(SUCCESSORS) as WorkerState[];

/** Whether a slot may move from one state to the other. */
export function canMove(from: WorkerState, to: WorkerState): boolean {
  return (SUCCESSORS[from] as readonly WorkerState[]).includes(to);
}

/** The state of one slot. */
export class StateMachine {
  #state: WorkerState = 'stopped';
  #since = new Date();
  readonly #onMove: (from: WorkerState, to: WorkerState) => void;

  constructor(onMove: (from: WorkerState, to: WorkerState) => void) {
    this.#onMove = onMove;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** When the state was entered. */
  get since(): Date {
    return this.#since;
  }

  /** Moves on. @throws Error when the table has no such move, which is a bug of ours */
  move(to: WorkerState): void {
    const from = this.#state;
    if (!canMove(from, to)) throw new Error(`a worker cannot go from ${from} to ${to}`);
    this.#state = to;
    this.#since = new Date();
    this.#onMove(from, to);
  }
}
