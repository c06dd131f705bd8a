/** Makes the data folder owner-only: it holds keys, tokens and videos. */
import { chmodSync, readdirSync, statSync } from 'node:fs';

/** Everything the gateway creates there. A folder with other files may be a home directory: left open. */
const OURS = /^(gateway\.(db|lock).*|api-token|secret\.key|backups|recordings|run|uploads|uploads-cache)$/;
const OTHERS = 0o077;
const OWNER_ONLY = 0o700;

/**
 * Removes access for other users of this machine, unless the folder holds foreign files.
 * @returns what is still wrong, as a sentence; undefined when it is owner-only
 */
export function closeDataFolder(folder: string): string | undefined {
  // Windows has no such bits; Node invents some.
  if (process.platform === 'win32') return undefined;
  try {
    if (isClosed(folder)) return undefined;
    if (readdirSync(folder).every((name) => OURS.test(name))) chmodSync(folder, OWNER_ONLY);
    if (isClosed(folder)) return undefined;
  } catch {
    // Another user's folder or a read-only disk: unchanged, and reported.
  }
  return `other users of this machine can open the data folder ${folder}; chmod 700 closes it`;
}

function isClosed(folder: string): boolean {
  return (statSync(folder).mode & OTHERS) === 0;
}
