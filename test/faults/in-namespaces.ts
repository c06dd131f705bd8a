/** Runs cases in network namespaces of their own, and leaves nothing behind. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeNamespaces, obstacle, type Programs, removeNamespace, spawnIn } from './namespaces.ts';

export interface NamespaceRun<Place extends string> {
  /** For people: `faults of an agent`. */
  title: string;
  places: readonly Place[];
  /** Where the cases themselves run. */
  from: Place;
  /** Programs that are needed, and the Debian package of each. */
  programs: Programs;
  /** Device files that are needed. */
  devices?: readonly string[];
  /** What runs there: `main FOLDER NAMES WORD`. */
  main: string;
  /** Runs only the cases whose name holds it. */
  word: string;
  /** Prepares the folder. @returns settings for `main` */
  prepare?: (folder: string) => Record<string, string>;
}

/** @returns whether all held their bounds; skipped ones do */
export async function runInNamespaces<Place extends string>(options: NamespaceRun<Place>): Promise<boolean> {
  const { title, places, from, main, word, prepare = () => ({}) } = options;
  const reason = reasonToSkip(options);
  if (reason !== undefined) {
    console.log(`SKIPPED  ${title} over network namespaces: ${reason}`);
    return true;
  }
  const folder = mkdtempSync(join(tmpdir(), 'gateway-faults-'));
  const names = makeNamespaces(places);
  const end = () => {
    for (const name of Object.values<string>(names)) removeNamespace(name);
    rmSync(folder, { recursive: true, force: true });
  };
  const stop = () => {
    end();
    process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stop);
  try {
    const child = spawnIn(names[from], [process.execPath, main, folder, JSON.stringify(names), word], {
      env: prepare(folder),
      stdio: 'inherit',
    });
    const [code] = await once(child, 'exit');
    return code === 0;
  } finally {
    end();
  }
}

function reasonToSkip({ programs, devices = [] }: Pick<NamespaceRun<string>, 'programs' | 'devices'>) {
  const missing = devices.find((device) => !existsSync(device));
  const machine = { path: process.env.PATH ?? '', userId: process.getuid?.() };
  return obstacle(programs, machine) ?? (missing === undefined ? undefined : `there is no ${missing}`);
}
