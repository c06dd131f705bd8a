import { expect } from 'chai';
import { Kysely, sql } from 'kysely';
import { postgresDialect } from '../../../gateway/store/postgres-dialect.ts';
import { rejection } from '../../support/errors.ts';
import { silentLog } from '../../support/serve.ts';
import { createPostgresDatabase, HAS_POSTGRES } from '../../support/stores.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

/** Longer than a busy server takes for a statement. */
const STATEMENT_MS = 2000;
/** As many as there are connections. */
const QUERIES = 10;

describe('Connections to PostgreSQL', function () {
  this.timeout(30_000);

  before(function () {
    if (HAS_POSTGRES) return;
    if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
    this.skip();
  });

  it('are given up when no answer comes, so that later statements take new ones', async () => {
    const url = new URL(await createPostgresDatabase());
    const proxy = await TcpProxy.open(Number(url.port));
    url.port = new URL(proxy.origin).port;
    url.hostname = '127.0.0.1';
    const db = new Kysely<object>({ dialect: postgresDialect(url.href, silentLog, STATEMENT_MS) });
    const askAll = () => Promise.all(Array.from({ length: QUERIES }, () => sql`select 1`.execute(db)));
    try {
      await askAll();
      proxy.hang();
      const hung = Array.from({ length: QUERIES }, () => rejection(sql`select 1`.execute(db)));
      for (const error of await Promise.all(hung)) expect(error.code).to.equal('storage-unavailable');
      proxy.heal();
      await askAll();
    } finally {
      proxy.close();
      await db.destroy();
    }
  });
});
