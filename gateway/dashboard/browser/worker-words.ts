/** States of workers in words. */
import type { App } from './app-state.ts';
import type { Tone } from './camera-words.ts';
import type { ShownWorker } from './status.ts';

const STATES: Record<string, readonly [Tone, string]> = {
  ready: ['good', 'Running'],
  spawning: ['busy', 'Starting'],
  starting: ['busy', 'Starting'],
  unready: ['busy', 'Not ready'],
  stopping: ['busy', 'Stopping'],
  stopped: ['off', 'Stopped'],
  backoff: ['busy', 'Restarting'],
  failed: ['bad', 'Failed'],
  lost: ['bad', 'Not responding'],
};

/** Tone and label of a state. */
export function describeWorker(state: string): readonly [Tone, string] {
  return STATES[state] ?? ['busy', state];
}

/** Workers that need attention. */
export function troubledWorkers(app: App): ShownWorker[] {
  return app.state.gateway.workers.filter(({ state }) => describeWorker(state)[0] === 'bad');
}
