/** One line about the cameras after the start: how many live, which do not and why. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CameraStatus } from '#shared/contract/status.ts';
import type { Logger } from '#shared/logger.ts';
import type { CameraDirectory } from './camera-directory.ts';
import type { CameraStates } from './camera-states.ts';

export interface StartSummaryOptions {
  directory: CameraDirectory;
  states: Pick<CameraStates, 'read'>;
  log: Logger;
  signal: AbortSignal;
  /** How long cameras may take until they count as failed, milliseconds. */
  patienceMs?: number;
  everyMs?: number;
}

const PATIENCE_MS = 20_000;
const EVERY_MS = 1000;

/** Waits until every enabled camera of the registry lives or has failed, then logs the line. */
export async function summariseStart(options: StartSummaryOptions): Promise<void> {
  const { directory, states, log, signal, patienceMs = PATIENCE_MS, everyMs = EVERY_MS } = options;
  const ids = directory
    .wanted()
    .filter(({ origin }) => origin === 'registry')
    .map(({ id }) => id);
  if (ids.length === 0) return;
  const endsAt = performance.now() + patienceMs;
  let known = await states.read();
  while (!ids.every((id) => isSettled(known.get(id))) && performance.now() < endsAt) {
    await delay(everyMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    known = await states.read();
  }
  const failed = ids.filter((id) => known.get(id)?.connected !== true);
  const reasons = failed.map((id) => `${id}: ${known.get(id)?.reason ?? 'no answer yet'}`);
  const detail = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  log.info(
    { live: ids.length - failed.length, failed: failed.length },
    `cameras: ${ids.length - failed.length} live, ${failed.length} failed${detail}`,
  );
}

function isSettled(status: CameraStatus | undefined): boolean {
  return status?.connected === true || status?.reason !== undefined;
}
