/** TypeScript for browsers: types become blanks, nothing else changes. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Strips the types from sources, by name, in a thread of its own: frames go on
 * meanwhile, and Node's warning that this is experimental stays out of the log.
 * @throws SyntaxError for what is not erasable TypeScript
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
