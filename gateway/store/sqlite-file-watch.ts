/** Sees that the SQLite file at a path is no longer the open one, and saves what only the open one holds. */
import { closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/** `removed`: the file was written again from the open one; `replaced`: another file took its place. */
export type FileLoss = 'removed' | 'replaced';

/** The files beside a database in WAL mode (sqlite.org/wal.html). */
const COMPANIONS = ['-wal', '-shm'] as const;

/** Watches the file of one open database. */
export class SqliteFileWatch {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #opened: string | undefined;
  #companions = new Map<string, string | undefined>();

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
    this.#opened = identityOf(file);
    this.#noteCompanions();
  }

  /**
   * Compares the file at the path with the open one; a missing file is written again from the open one.
   * After a loss the database is to be closed.
   * @returns undefined while it is the same file, and while a transaction is open
   * @throws Error when the file cannot be written again
   */
  check(): FileLoss | undefined {
    const current = identityOf(this.#file);
    if (current === this.#opened || this.#database.isTransaction) {
      this.#noteCompanions();
      return undefined;
    }
    this.#removeCompanions(current === undefined);
    if (current !== undefined) return 'replaced';
    this.#writeAgain();
    return 'removed';
  }

  #noteCompanions(): void {
    this.#companions = new Map(COMPANIONS.map((suffix) => [suffix, identityOf(this.#file + suffix)]));
  }

  /** A log of the old file would be applied to the new one and damage it. */
  #removeCompanions(areAllOurs: boolean): void {
    for (const suffix of COMPANIONS) {
      const path = this.#file + suffix;
      if (areAllOurs || identityOf(path) === this.#companions.get(suffix)) rmSync(path, { force: true });
    }
  }

  #writeAgain(): void {
    this.#database.prepare('VACUUM INTO ?').run(this.#file);
    const written = openSync(this.#file, 'r+');
    fsyncSync(written);
    closeSync(written);
  }
}

/** The identity of the file at a path; undefined when there is none. */
function identityOf(path: string): string | undefined {
  const facts = statSync(path, { bigint: true, throwIfNoEntry: false });
  return facts === undefined ? undefined : `${facts.dev} ${facts.ino}`;
}
