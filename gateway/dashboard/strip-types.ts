/** Strips types for browsers: types become blanks, nothing else changes. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Strips the types from sources, by name, in a thread: frames continue meanwhile,
 * and Node's warning about an experimental feature stays out of the log.
 * @throws SyntaxError for TypeScript that is not erasable
 */
export async function stripTypes(sources: Record<string, string>): Promise<Record<string, string>> {
  const thread = new Worker(new URL('./strip-thread.ts', import.meta.url), {
    workerData: sources,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  try {
    const [stripped] = (await once(thread, 'message')) as [Record<string, string>];
    return stripped;
  } finally {
    await thread.terminate();
  }
}
