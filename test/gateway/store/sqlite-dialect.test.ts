import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { sqliteDialect } from '../../../gateway/store/sqlite-dialect.ts';

const NOTHING = { onRestored: () => {}, onFileLoss: () => {} };

describe('The SQLite dialect', () => {
  let folder: string;
  let db: Kysely<unknown>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sqlite-dialect-'));
    db = new Kysely({
      dialect: sqliteDialect({ file: join(folder, 'gateway.db'), busyTimeoutMs: 5000, ...NOTHING }),
    });
  });
  afterEach(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const migrate = (migrations: Record<string, Migration>) =>
    new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
  const tables = async (): Promise<string[]> => {
    const all = await db.introspection.getTables();
    return all.map(({ name }) => name);
  };
  const create = (name: string) => async (on: Kysely<unknown>) =>
    on.schema.createTable(name).addColumn('id', 'integer').execute();

  it('keeps nothing of migrations of which one fails, so that they can be run again', async () => {
    const twice = async (on: Kysely<unknown>) => {
      await create('second')(on);
      await create('second')(on);
    };
    const { error } = await migrate({ '1': { up: create('first') }, '2': { up: twice } });
    expect(String(error)).to.contain('second');
    expect(await tables()).to.deep.equal([]);

    const again = await migrate({ '1': { up: create('first') }, '2': { up: create('second') } });
    expect(again.error).to.equal(undefined);
    expect(await tables()).to.deep.equal(['first', 'second']);
  });
});
