/** Settings in `.env` of the working directory. */

/**
 * Adds them to the environment, which wins. Without such a file nothing happens; one that cannot be read is told
 * on standard error and left out.
 * @param host the process itself, which only `main.ts` hands out
 */
export function loadEnvFile(host: Pick<NodeJS.Process, 'loadEnvFile' | 'stderr'>): void {
  try {
    host.loadEnvFile();
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') host.stderr.write(`.env is left out, it cannot be read: ${code}\n`);
  }
}
