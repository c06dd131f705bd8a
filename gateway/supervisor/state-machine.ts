/** The states of a slot and the transitions between them (docs/architecture.md, The supervisor). */

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

const TRANSITIONS: Record<WorkerState, readonly WorkerState[]> = {
  stopped: ['spawning'],
  spawning: ['starting', 'backoff', 'failed', 'stopping', 'stopped'],
  starting: ['ready', 'backoff', 'failed', 'spawning', 'stopping', 'stopped'],
  ready: ['unready', 'stopping', 'backoff', 'failed', 'spawning', 'stopped'],
  unready: ['ready', 'stopping', 'backoff', 'failed', 'spawning', 'stopped'],
  stopping: ['backoff', 'failed', 'spawning', 'stopped', 'lost'],
  lost: ['backoff', 'failed', 'spawning', 'stopped'],
  backoff: ['spawning', 'stopped'],
  failed: ['spawning', 'stopped'],
};

/** All states. */
export const WORKER_STATES = Object.keys(TRANSITIONS) as WorkerState[];

/** Whether a direct transition exists. */
export function canTransition(from: WorkerState, to: WorkerState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Holds one slot's state and refuses invalid transitions. */
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

  /** When the current state was entered. */
  get since(): Date {
    return this.#since;
  }

  /** Changes the state. @throws Error for an invalid transition, which is a bug */
  to(state: WorkerState): void {
    const previous = this.#state;
    if (previous === state) return;
    if (!canTransition(previous, state)) throw new Error(`a slot cannot go from ${previous} to ${state}`);
    this.#state = state;
    this.#since = new Date();
    this.#onChange(state, previous);
  }
}
