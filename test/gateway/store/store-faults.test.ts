import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { sql } from 'kysely';
import { openStore, type Store } from '../../../gateway/store/store.ts';
import { rejection } from '../../support/errors.ts';
import { listening, silentLog } from '../../support/serve.ts';
import { createPostgresDatabase } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';

const log = silentLog;

const addStream = ({ db }: Store, id: string, description = '') =>
  db
    .insertInto('camera_streams')
    .values({ camera_id: id, description, stream_type: 'rtsp', created_at: 0 })
    .execute();

describe('The store on SQLite', () => {
  let dataDir: string;
  let store: Store;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'store-faults-'));
    store = openStore({ dataDir, databaseUrl: undefined, log });
    await store.whenReady();
  });
  afterEach(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('F37: reports a full disk, keeps its data, and works again when there is space', async () => {
    const limitPages = (pages: number) => sql.raw(`pragma max_page_count = ${pages}`).execute(store.db);
    await addStream(store, 'before');
    await limitPages(1);
    const error = await rejection(addStream(store, 'too-much', 'x'.repeat(1_000_000)));
    const inTransaction = await rejection(
      store.transaction(async (trx) => {
        await addStream({ ...store, db: trx }, 'too-much', 'x'.repeat(1_000_000));
      }),
    );
    expect([error.code, error.status, inTransaction.code]).to.deep.equal([
      'storage-full',
      507,
      'storage-full',
    ]);
    expect(await store.db.selectFrom('camera_streams').select('camera_id').execute()).to.have.length(1);
    await limitPages(100_000);
    await addStream(store, 'after', 'x'.repeat(1_000_000));
  });

  it('says that it is unavailable, not that it is broken, to a query that comes before the tables are made', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-faults-'));
    const young = openStore({ dataDir: folder, databaseUrl: undefined, log });
    const early = await addStream(young, 'early').catch((error: unknown) => error);
    await young.whenReady();
    // The first query came before anything could fail.
    expect(young.isAvailable).to.equal(true);
    await young.close();
    rmSync(folder, { recursive: true, force: true });
    expect(early).to.include({ code: 'storage-unavailable', status: 503 });
  });

  it('F38: waits for another process that writes, without holding up this one, and gives up after five seconds', async () => {
    const other = new DatabaseSync(join(dataDir, 'gateway.db'));
    other.exec('begin immediate');
    let ticks = 0;
    const ticker = setInterval(() => {
      ticks += 1;
    }, 10);
    const error = await rejection(addStream(store, 'a'));
    clearInterval(ticker);
    expect([error.code, error.status]).to.deep.equal(['storage-unavailable', 503]);
    expect(ticks).to.be.greaterThan(100);
    const patient = addStream(store, 'b');
    other.exec('rollback');
    other.close();
    await patient;
  });

  it('keeps its file to its owner', async () => {
    expect(statSync(join(dataDir, 'gateway.db')).mode & 0o077).to.equal(0);
  });

  it('opens what another run of it left', async () => {
    await addStream(store, 'kept');
    await store.close();
    store = openStore({ dataDir, databaseUrl: undefined, log });
    await store.whenReady();
    expect(await store.db.selectFrom('camera_streams').select('camera_id').execute()).to.have.length(1);
  });

  it('waits for a file that cannot be opened, and opens it once it can', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-faults-'));
    const file = join(folder, 'gateway.db');
    mkdirSync(file);
    const late = openStore({ dataDir: folder, databaseUrl: undefined, log });
    expect((await rejection(addStream(late, 'a'))).code).to.equal('storage-unavailable');
    rmdirSync(file);
    await late.whenReady();
    await addStream(late, 'a');
    await late.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('A store that is watched', () => {
  const watchTimings = { everyMs: 20, timeoutMs: 500, holdMs: 100 };
  let dataDir: string;
  let file: string;
  let store: Store;

  const open = (): Store =>
    openStore({ dataDir, databaseUrl: undefined, log, watchTimings, fileCheckMs: 20 });
  const streams = async (): Promise<string[]> =>
    (await store.db.selectFrom('camera_streams').select('camera_id').orderBy('camera_id').execute()).map(
      ({ camera_id }) => camera_id,
    );

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'store-watch-'));
    file = join(dataDir, 'gateway.db');
    store = open();
    await store.whenReady();
  });
  afterEach(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('F37: is unavailable while a disk is full, whichever query finds out, and available again after it', async () => {
    const limitPages = (pages: number) => sql.raw(`pragma max_page_count = ${pages}`).execute(store.db);
    expect(store.isAvailable).to.equal(true);
    await limitPages(1);
    await rejection(addStream(store, 'too-much', 'x'.repeat(1_000_000)));
    expect([store.isReady, store.isAvailable]).to.deep.equal([true, false]);
    await limitPages(100_000);
    await waitFor(() => store.isAvailable);
  });

  it('is unavailable while another process keeps it from writing, even without requests', async () => {
    const other = new DatabaseSync(file);
    other.exec('begin immediate');
    await waitFor(() => !store.isAvailable);
    other.exec('rollback');
    other.close();
    await waitFor(() => store.isAvailable);
  });

  it('writes a file again that was removed, with all that was acknowledged', async () => {
    await addStream(store, 'before');
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    await addStream(store, 'after');
    await waitFor(() => store.fileLoss?.what === 'removed');
    expect(await streams()).to.deep.equal(['after', 'before']);
    await store.close();
    store = open();
    await store.whenReady();
    expect(await streams()).to.deep.equal(['after', 'before']);
    expect(statSync(file).mode & 0o077).to.equal(0);
  });

  it('writes a removed file again also when it is closed before it noticed', async () => {
    await addStream(store, 'before');
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    await store.close();
    store = open();
    await store.whenReady();
    expect(await streams()).to.deep.equal(['before']);
  });

  it('goes over to a file that took the place of its own', async () => {
    await addStream(store, 'before');
    await sql`vacuum into ${join(dataDir, 'copy.db')}`.execute(store.db);
    await addStream(store, 'lost');
    renameSync(join(dataDir, 'copy.db'), file);
    await waitFor(() => store.fileLoss?.what === 'replaced' && store.isAvailable);
    await addStream(store, 'after');
    expect(await streams()).to.deep.equal(['after', 'before']);
  });

  it('makes up for a migration that was released after one with a higher number', async () => {
    await sql`drop table store_probe`.execute(store.db);
    await sql`delete from kysely_migration where name = '007-store-probe'`.execute(store.db);
    await store.close();
    store = open();
    await store.whenReady();
    expect(await sql`select * from store_probe`.execute(store.db)).to.have.property('rows');
  });

  it('says that a newer version made the database', async () => {
    await sql`insert into kysely_migration (name, timestamp) values ('999-tomorrow', '2030')`.execute(
      store.db,
    );
    await store.close();
    store = open();
    await waitFor(() => store.isNewer);
    expect(store.isAvailable).to.equal(false);
  });
});

describe('The store on PostgreSQL', () => {
  if (process.env.TEST_DATABASE_URL === undefined) {
    it('is skipped: TEST_DATABASE_URL names no server', function () {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    });
    return;
  }
  let relay: Relay;
  let store: Store;

  beforeEach(async () => {
    const url = new URL(await createPostgresDatabase());
    relay = await Relay.open(Number(url.port || 5432), url.hostname);
    url.port = String(relay.port);
    url.hostname = '127.0.0.1';
    const watchTimings = { everyMs: 20, timeoutMs: 500, holdMs: 100 };
    store = openStore({ dataDir: tmpdir(), databaseUrl: url.href, log, watchTimings });
    await store.whenReady();
  });
  afterEach(async () => {
    await store.close();
    await relay.close();
  });

  it('F40: reports that the database is unavailable, and works again as soon as it is back', async () => {
    await addStream(store, 'a');
    relay.cut();
    await waitFor(async () => (await rejection(addStream(store, 'b'))).code === 'storage-unavailable');
    relay.heal();
    await waitFor(() =>
      addStream(store, 'c').then(
        () => true,
        () => false,
      ),
    );
  });

  it('F40: is unavailable while the server is away, and available again after it', async () => {
    expect(store.isAvailable).to.equal(true);
    relay.cut();
    await waitFor(() => !store.isAvailable);
    relay.heal();
    await waitFor(() => store.isAvailable);
  });

  it('F40: loses a transaction that the connection broke under, and no other', async () => {
    const error = await rejection(
      store.transaction(async (trx) => {
        await addStream({ ...store, db: trx }, 'lost');
        relay.cut();
        relay.heal();
        await addStream({ ...store, db: trx }, 'never');
      }),
    );
    expect(error.code).to.equal('storage-unavailable');
    await addStream(store, 'next');
    const rows = await store.db.selectFrom('camera_streams').select('camera_id').execute();
    expect(rows).to.deep.equal([{ camera_id: 'next' }]);
  });
});

/** A TCP relay that can break every connection and refuse new ones, as a server that restarts does. */
class Relay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(port: number, host: string): Promise<Relay> {
    const server = createServer();
    const relay = new Relay(server);
    server.on('connection', (socket) => {
      if (relay.#isCut) return socket.destroy();
      const upstream = connect(port, host);
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        relay.#sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => other.destroy());
        one.pipe(other);
      }
      return undefined;
    });
    await listening(server);
    return relay;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  heal(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
