/** Runs the cases of a cluster in namespaces of their own, on a PostgreSQL of their own. */
import { fileURLToPath } from 'node:url';
import { runInNamespaces } from '../in-namespaces.ts';
import { addressOf, PLACES } from './network.ts';
import { postgresPrograms, prepareDatabase } from './postgres.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const PROGRAMS = { ip: 'iproute2', nft: 'nftables', setpriv: 'util-linux', pgbouncer: 'pgbouncer' };

/** @param word runs only the cases whose name holds it @returns whether all held their bounds; skipped ones do */
export async function injectIntoCluster(word = ''): Promise<boolean> {
  const title = 'faults of a cluster';
  if (postgresPrograms() === undefined) {
    console.log(`SKIPPED  ${title}: postgres (apt-get install postgresql): not found`);
    return true;
  }
  return runInNamespaces({
    ...{ title, places: PLACES, from: 'viewers', programs: PROGRAMS, main: MAIN, word },
    prepare: (folder) => {
      prepareDatabase(folder, { database: addressOf('database') });
      return { FAULT_CAMERAS: process.env.FAULT_CAMERAS ?? '' };
    },
  });
}
