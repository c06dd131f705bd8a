/** Backups of the SQLite file, made daily, and their restore. All synchronous, for use in a thread. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How a broken file was replaced. */
export interface Restoration {
  /** When, Unix milliseconds. */
  at: number;
  /** Name of the restored backup; null for an empty database. */
  backup: string | null;
  /** Name under which the broken file was kept. */
  kept: string;
}

/** Number of kept copies, of good files and of broken ones. */
const KEEP = 3;
/** Disk space to leave free beside a backup. */
const SPARE_BYTES = 256 * 1024 * 1024;

/** Good backups by name, newest first. */
export function listBackups(file: string): string[] {
  const folder = folderOf(file);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^gateway-.*\.db$/.test(name))
    .sort()
    .reverse();
}

/** Creation time of the newest backup, Unix milliseconds; undefined when there is none. */
export function newestBackupAt(file: string): number | undefined {
  const [newest] = listBackups(file);
  return newest === undefined ? undefined : statSync(join(folderOf(file), newest)).mtimeMs;
}

/**
 * Copies the current database without blocking its readers and writers.
 * @returns name of the copy
 * @throws Error when there is no disk space, or the file is broken
 */
export function makeBackup(file: string, now = Date.now()): string {
  const folder = folderOf(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < statSync(file).size + SPARE_BYTES) throw new Error('No disk space for a backup');
  const name = `gateway-${stamp(now)}.db`;
  const draft = join(folder, `${name}.draft`);
  rmSync(draft, { force: true });
  try {
    copyInto(file, draft);
    flush(draft);
    renameSync(draft, join(folder, name));
  } finally {
    rmSync(draft, { force: true });
  }
  // Not the new one, whose name sorts behind older ones after the clock was set back.
  const others = listBackups(file).filter((other) => other !== name);
  for (const old of others.slice(KEEP - 1)) rmSync(join(folder, old), { force: true });
  return name;
}

/** Keeps a broken file under another name and restores the newest whole backup. */
export function restore(file: string, now = Date.now()): Restoration {
  const kept = `${basename(file)}.corrupt-${stamp(now)}`;
  const folder = dirname(file);
  renameSync(file, join(folder, kept));
  // The write-ahead log of a broken file must not be applied to its successor.
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, join(folder, `${kept}-wal`));
  rmSync(`${file}-shm`, { force: true });
  forgetOldest(file);
  const backup = listBackups(file).find((name) => isWhole(join(folderOf(file), name)));
  if (backup !== undefined) {
    const draft = `${file}.draft`;
    copyFileSync(join(folderOf(file), backup), draft);
    flush(draft);
    renameSync(draft, file);
  }
  return { at: now, backup: backup ?? null, kept };
}

/** Whether SQLite finds no damage in an open database (pragma `quick_check`). */
export function passesCheck(database: DatabaseSync): boolean {
  const [row] = database.prepare('pragma quick_check(1)').all();
  return row?.quick_check === 'ok';
}

function isWhole(file: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    return passesCheck(database);
  } catch {
    return false;
  } finally {
    database?.close();
  }
}

function copyInto(file: string, copy: string): void {
  const database = new DatabaseSync(file);
  try {
    database.prepare('vacuum into ?').run(copy);
  } finally {
    database.close();
  }
}

function flush(file: string): void {
  chmodSync(file, 0o600);
  const handle = openSync(file, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

function forgetOldest(file: string): void {
  const prefix = `${basename(file)}.corrupt-`;
  const kept = readdirSync(dirname(file)).filter((name) => name.startsWith(prefix) && !name.endsWith('-wal'));
  for (const name of kept.sort().reverse().slice(KEEP))
    for (const ending of ['', '-wal']) rmSync(join(dirname(file), `${name}${ending}`), { force: true });
}

function folderOf(file: string): string {
  return join(dirname(file), 'backups');
}

/** Sorts by time and is a valid file name everywhere. */
function stamp(at: number): string {
  return new Date(at).toISOString().replaceAll(':', '-');
}
