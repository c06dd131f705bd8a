/** Who is told of events in the transaction that stores them. */
import type { Transaction } from '../store/database.ts';
import type { EventState } from './event.ts';

/** The two ends of an observed event. */
export type EventPhase = 'start' | 'end';

/** Called in the transaction that stores an event's start or end. */
export type LifecycleListener = (trx: Transaction, event: EventState, phase: EventPhase) => Promise<void>;

/** Is told of events when they are first stored, of any kind. */
export interface BeginListener {
  /** Whether it wants to be. */
  isListening(): boolean;
  /** Called in the transaction that stores the event. */
  onBegin(trx: Transaction, event: EventState): Promise<void>;
  /** Called after the commit. */
  wake(): void;
}

/** The lifecycle phase that a state begins, compared with the stored end; undefined for an update. */
export function phaseOf({ endedAt }: EventState, stored: number | null | undefined): EventPhase | undefined {
  if (endedAt === null) return stored === undefined ? 'start' : undefined;
  return (stored ?? null) === null ? 'end' : undefined;
}
