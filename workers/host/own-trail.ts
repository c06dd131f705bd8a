/** The notes of a worker without supervisor: its next process reads which cameras the last one was working on. */
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { readTrail } from '#shared/work-trail.ts';
import { WorkTrail } from './work-trail.ts';

/** Notes, and what the last notes say. */
export interface OwnTrail {
  trail: WorkTrail;
  /** Cameras that may have broken the last process. */
  suspects: string[];
  /** This process ends as it should: its notes accuse no camera. */
  close(): void;
}

/** Begins new notes in a file. Without a file that can be written nothing is noted. */
export function openOwnTrail(file: string): OwnTrail {
  const suspects = suspectsIn(file);
  try {
    mkdirSync(dirname(file), { recursive: true });
    const trail = new WorkTrail(openSync(file, 'w', 0o600));
    return { trail, suspects, close: () => rmSync(file, { force: true }) };
  } catch {
    return { trail: new WorkTrail(undefined), suspects, close: () => {} };
  }
}

/** How it ended is not known: the main thread's camera, or the only one under way on other threads. */
function suspectsIn(file: string): string[] {
  try {
    const { main, others } = readTrail(readFileSync(file));
    if (main !== undefined) return [main];
    return others.length === 1 ? others : [];
  } catch {
    return [];
  }
}
