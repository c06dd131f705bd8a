/** Opens real databases for tests: SQLite always, PostgreSQL where a server is named. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { createLogger } from '../../shared/logger.ts';
import { Redactor } from '../../shared/redact.ts';

/** `postgres://` URL of a server on which databases may be created; `.ci/run` starts one. */
const SERVER = process.env.TEST_DATABASE_URL;

/** Whether a PostgreSQL is there for tests. */
export const HAS_POSTGRES = SERVER !== undefined;

/** Runs a suite on every engine; each call of `open` gives the same fresh database until the test ends. */
export function onEveryEngine(define: (open: () => Promise<Store>, engine: Store['engine']) => void): void {
  describe('on SQLite', () => {
    const folders: string[] = [];
    define(
      tracked(() => openSqlite(folders)),
      'sqlite',
    );
    after(() => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });
  });
  describe('on PostgreSQL', () => {
    if (SERVER === undefined) {
      it('is skipped: TEST_DATABASE_URL names no server', function () {
        if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
        this.skip();
      });
      return;
    }
    const names: string[] = [];
    define(
      tracked(() => openPostgres(names)),
      'postgres',
    );
    // Not all of them at the end: a busy server takes a second for each.
    afterEach(async () => {
      for (const name of names.splice(0)) await onServer(`drop database if exists ${name} with (force)`);
    });
  });
}

/** A URL of a new, empty PostgreSQL database. */
export async function createPostgresDatabase(): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}`);
  const url = new URL(SERVER as string);
  url.pathname = `/${name}`;
  return url.href;
}

/** Another store on a PostgreSQL database, as another gateway has it; the caller closes it. */
export function openPostgresAt(databaseUrl: string): Promise<Store> {
  return open({ dataDir: tmpdir(), databaseUrl });
}

/** A store in a folder of its own. */
export async function openSqlite(folders: string[] = []): Promise<Store> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-store-'));
  folders.push(dataDir);
  return open({ dataDir, databaseUrl: undefined });
}

async function openPostgres(names: string[]): Promise<Store> {
  const databaseUrl = await createPostgresDatabase();
  names.push(new URL(databaseUrl).pathname.slice(1));
  return open({ dataDir: tmpdir(), databaseUrl });
}

async function open(where: { dataDir: string; databaseUrl: string | undefined }): Promise<Store> {
  const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor() });
  const store = openStore({ ...where, log });
  await store.whenReady();
  return store;
}

/** Closes after each test what was opened in it. */
function tracked(openOne: () => Promise<Store>): () => Promise<Store> {
  const opened: Store[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  return async () => {
    const store = await openOne();
    opened.push(store);
    return store;
  };
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: SERVER as string });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
