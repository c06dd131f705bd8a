/** The states of a slot and the ways between them (reliability notes, section 2.2). */

/** Only `ready` is in routing. */
export type WorkerState =
  | 'stopped'
  | 'spawning'
  | 'starting'
  | 'ready'
  | 'unready'
  | 'stopping'
  | 'lost'
  | 'backoff'
  | 'failed';

const WAYS: Record<WorkerState, readonly WorkerState[]> = {
  stopped: ['spawning'],
  spawning: ['starting', 'backoff', 'failed', 'stopping'],
  starting: ['ready', 'backoff', 'failed', 'spawning', 'stopping'],
  ready: ['unready', 'stopping', 'backoff', 'failed'],
  unready: ['ready', 'stopping', 'backoff', 'failed'],
  stopping: ['backoff', 'failed', 'spawning', 'stopped', 'lost'],
  lost: ['backoff', 'failed', 'stopped'],
  backoff: ['spawning', 'stopped'],
  failed: ['spawning', 'stopped'],
};

/** Holds one slot's state and refuses ways that do not exist. */
export class StateMachine {
  #state: WorkerState = 'stopped';
  #since = new Date();
  readonly #onChange: (state: WorkerState, previous: WorkerState) => void;

  constructor(onChange: (state: WorkerState, previous: WorkerState) => void) {
    this.#onChange = onChange;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** When the state was entered. */
  get since(): Date {
    return this.#since;
  }

  /** Goes to another state. @throws Error for a way that does not exist: a bug of ours */
  to(state: WorkerState): void {
    const previous = this.#state;
    if (previous === state) return;
    if (!WAYS[previous].includes(state)) throw new Error(`a slot cannot go from ${previous} to ${state}`);
    this.#state = state;
    this.#since = new Date();
    this.#onChange(state, previous);
  }
}
