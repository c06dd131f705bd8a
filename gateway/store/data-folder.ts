/** The data folder is for its owner alone: keys, tokens and videos lie in it. */
import { chmodSync, readdirSync, statSync } from 'node:fs';

/** Everything we make there. Where anything else lies the folder is somebody's home or worse, and not ours to close. */
const OURS = /^(gateway\.(db|lock).*|api-token|secret\.key|backups|run|uploads)$/;
const OTHERS = 0o077;
const OWNER_ONLY = 0o700;

/**
 * Takes the data folder away from everybody else on this machine, as far as it is ours to close.
 * @returns what is wrong with it still, for people; undefined when it is closed
 */
export function closeDataFolder(folder: string): string | undefined {
  // Windows has no such bits; Node makes some up.
  if (process.platform === 'win32') return undefined;
  try {
    if (isClosed(folder)) return undefined;
    if (readdirSync(folder).every((name) => OURS.test(name))) chmodSync(folder, OWNER_ONLY);
    if (isClosed(folder)) return undefined;
  } catch {
    // Another user's, or on a disk that is mounted read-only: it stays as it is, and that is said.
  }
  return `other users of this machine can open the data folder ${folder}; chmod 700 closes it`;
}

function isClosed(folder: string): boolean {
  return (statSync(folder).mode & OTHERS) === 0;
}
