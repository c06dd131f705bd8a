import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sql } from 'kysely';
import { listBackups, makeBackup } from '../../../gateway/store/sqlite-backups.ts';
import { openStore, type Store } from '../../../gateway/store/store.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const log = silentLog;
const DAY_MS = 86_400_000;
const NEVER = { firstMs: DAY_MS, everyMs: DAY_MS, lookMs: DAY_MS };

describe('The SQLite file', () => {
  let dataDir: string;
  let file: string;
  let store: Store;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'backups-'));
    file = join(dataDir, 'gateway.db');
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function open(backupTimings = NEVER): Promise<Store> {
    const opened = openStore({ dataDir, databaseUrl: undefined, log, backupTimings });
    await opened.whenReady();
    return opened;
  }
  const addStream = (id: string, description = '') =>
    store.db
      .insertInto('camera_streams')
      .values({ camera_id: id, description, stream_type: 'rtsp', created_at: 0 })
      .execute();
  const streams = async () =>
    (await store.db.selectFrom('camera_streams').select('camera_id').orderBy('camera_id').execute()).map(
      ({ camera_id }) => camera_id,
    );

  /** Writes noise over everything behind the first page. */
  function breakPages(): void {
    const handle = openSync(file, 'r+');
    const { size } = statSync(file);
    writeSync(handle, Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096);
    closeSync(handle);
  }
  const breakHeader = (): void => writeFileSync(file, Buffer.alloc(8192, 0x5a));

  for (const [what, spoil] of [
    ['pages', breakPages],
    ['header', breakHeader],
  ] as const) {
    it(`F39: gives way to its newest backup when its ${what} are broken, and is kept for inspection`, async () => {
      await addStream('kept');
      const backup = makeBackup(file);
      await addStream('lost');
      await store.close();
      spoil();
      const broken = readFileSync(file);
      store = await open();
      expect(await streams()).to.deep.equal(['kept']);
      expect(store.restoration).to.include({ backup });
      const kept = store.restoration?.kept ?? '';
      expect(readFileSync(join(dataDir, kept)).equals(broken)).to.equal(true);
      await addStream('after');
      expect(await streams()).to.deep.equal(['after', 'kept']);
    });
  }

  it('F39: gives way to an older backup when the newest is broken too', async () => {
    await addStream('kept');
    const older = makeBackup(file, Date.now() - DAY_MS);
    const newer = makeBackup(file);
    await store.close();
    breakPages();
    writeFileSync(join(dataDir, 'backups', newer), 'no database');
    store = await open();
    expect(await streams()).to.deep.equal(['kept']);
    expect(store.restoration?.backup).to.equal(older);
  });

  it('F39: starts with an empty database when there is no backup', async () => {
    await addStream('lost');
    await store.close();
    breakHeader();
    store = await open();
    expect(await streams()).to.deep.equal([]);
    expect(store.restoration?.backup).to.equal(null);
  });

  it('F39: gives way while it is in use', async () => {
    await addStream('kept');
    makeBackup(file);
    await addStream('big', 'x'.repeat(100_000));
    await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
    breakPages();
    // What SQLite remembers of the file would hide the damage for a while.
    await sql`pragma shrink_memory`.execute(store.db);
    const message = 'the backup to be in place';
    await waitFor(async () => (await streams().catch(() => [])).join() === 'kept', { message });
    expect(store.restoration?.backup).to.equal(listBackups(file)[0]);
    await addStream('after');
  });

  it('stays as it is when nothing is wrong with it', async () => {
    await addStream('kept');
    makeBackup(file);
    await addStream('newer');
    await store.close();
    store = await open();
    expect(await streams()).to.deep.equal(['kept', 'newer']);
    expect(store.restoration).to.equal(undefined);
    expect(readdirSync(dataDir).filter((name) => name.includes('corrupt'))).to.deep.equal([]);
  });

  it('is backed up once a day, and the last three copies are kept for its owner alone', async () => {
    for (const days of [4, 3, 2]) makeBackup(file, Date.now() - days * DAY_MS);
    const before = listBackups(file);
    await addStream('kept');
    await store.close();
    store = await open({ firstMs: 0, everyMs: 0, lookMs: DAY_MS });
    await waitFor(() => listBackups(file).length === 3 && listBackups(file)[0] !== before[0]);
    expect(listBackups(file).slice(1)).to.deep.equal(before.slice(0, 2));
    expect(statSync(join(dataDir, 'backups', listBackups(file)[0] as string)).mode & 0o077).to.equal(0);
    expect(readdirSync(join(dataDir, 'backups'))).to.have.length(3);
  });

  it('is not backed up again before the day is over', async () => {
    makeBackup(file);
    const before = listBackups(file);
    await store.close();
    store = await open({ firstMs: 0, everyMs: DAY_MS, lookMs: 1 });
    for (let look = 0; look < 20; look += 1) await streams();
    expect(listBackups(file)).to.deep.equal(before);
  });
});
