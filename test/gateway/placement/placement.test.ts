import { expect } from 'chai';
import { sql } from 'kysely';
import { Placement, type PlacementOptions } from '../../../gateway/placement/placement.ts';
import { expectEpoch, PlacementRepository } from '../../../gateway/placement/placement-repository.ts';
import { UNWANTED_MS } from '../../../gateway/placement/unwanted.ts';
import { openStore, type Store } from '../../../gateway/store/store.ts';
import type { Labels } from '../../../shared/worker-labels.ts';
import { RENEW_MS } from '../../../shared/worker-lease.ts';
import { findPgBouncer, PgBouncer } from '../../support/pgbouncer.ts';
import { silentLog } from '../../support/serve.ts';
import { createPostgresDatabase, HAS_POSTGRES } from '../../support/stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const IDS = Array.from({ length: 30 }, (_, index) => `camera-${index}`);
const [A, B] = [
  { name: 'a', incarnation: 'process of a' },
  { name: 'b', incarnation: 'process of b' },
] as const;
const ROUND_MS = 20;
/** A statement that waits is cancelled after 10 s. */
const BEFORE_CANCELLED = { timeoutMs: 8000 };

const KEEPER = { name: 'a', incarnation: 'process of a' };
const COMMON = { address: null, labels: '{}', capacity: 1, silentMs: 0 };
const WORKERS = ['w1', 'w2'].map((name) => ({ name, ...COMMON }));

for (const through of ['directly', 'through PgBouncer'] as const)
  describe(`Placement in PostgreSQL, ${through}`, function () {
    this.timeout(60_000);
    let store: Store;
    let repository: PlacementRepository;
    let pooler: PgBouncer | undefined;
    const program = findPgBouncer();
    const open = new Map<string, Placement>();
    /** What cameras ask for, and workers of gateways carry. */
    const asked = new Map<string, Labels>();
    const carried = new Map<string, Labels>();

    before(function () {
      const isThere = HAS_POSTGRES && (through === 'directly' || program !== undefined);
      if (isThere) return;
      if (process.env.CI_PEERS === 'required') throw new Error(`PostgreSQL cannot be used ${through}`);
      this.skip();
    });

    beforeEach(async () => {
      const url = await createPostgresDatabase();
      pooler = through === 'directly' ? undefined : await PgBouncer.open(program as string, url);
      store = openStore({ dataDir: temporaryFolder(), databaseUrl: pooler?.url ?? url, log: silentLog });
      await store.whenReady();
      repository = new PlacementRepository(store);
    });

    afterEach(async () => {
      for (const placement of open.values()) await placement.close();
      for (const map of [open, asked, carried]) map.clear();
      await store?.close();
      await pooler?.close();
      pooler = undefined;
    });

    function start(name: string, capacity = 1, change: Partial<PlacementOptions> = {}): Placement {
      const placement = new Placement({
        repository: new PlacementRepository(store),
        keeper: { name, incarnation: `process of ${name}` },
        local: () => [
          {
            ...{ name: `${name}.rtsp-0`, address: null, capacity, silentMs: 0 },
            labels: JSON.stringify(carried.get(name) ?? {}),
          },
        ],
        wanted: () => IDS,
        labelsOf: (id) => asked.get(id) ?? {},
        log: silentLog,
        everyMs: ROUND_MS,
        ...change,
      });
      open.set(name, placement);
      placement.start();
      return placement;
    }

    async function counts(): Promise<Record<string, number>> {
      const rows = (await repository.owners(0)).rows;
      return Object.fromEntries(
        [...Map.groupBy(rows, ({ worker }) => worker ?? 'none')].map(([name, all]) => [name, all.length]),
      );
    }

    it('gives each worker its share by capacity, and all gateways see the same', async () => {
      const [a, b] = [start('a'), start('b', 2)];
      await waitFor(async () => (await counts())['b.rtsp-0'] === 20 && (await counts())['a.rtsp-0'] === 10);
      await waitFor(() => IDS.every((id) => a.workerOf(id) !== '' && a.workerOf(id) === b.workerOf(id)));
    });

    it('remembers a bounded number of cameras that clients try to connect', async () => {
      const placement = start('a');
      await waitFor(() => placement.workers.length === 1);
      const [first] = IDS;
      await waitFor(() => placement.workerOf(first as string) === 'a.rtsp-0');
      const before = placement.chosen;
      for (let index = 0; index < 3000; index += 1)
        expect(placement.workerOf(`guess-${index}`)).to.equal('a.rtsp-0');
      expect(placement.chosen - before).to.be.within(1, 1000);
    });

    it('forgets workers whose lease has been over for a day, and no others', async () => {
      const keeper = { name: 'gone', incarnation: 'process of gone' };
      const worker = { name: 'gone.rtsp-0', address: null, labels: '{}', capacity: 1, silentMs: 0 };
      await repository.renew(keeper, [worker], { ttlMs: 60_000, isFirst: true });
      await repository.release(keeper);
      await repository.forgetWorkers();
      expect((await repository.workers()).map(({ name }) => name)).to.deep.equal(['gone.rtsp-0']);
      await sql`update workers set until = until - 25 * 3600 * 1000`.execute(store.db);
      await repository.forgetWorkers();
      expect(await repository.workers()).to.deep.equal([]);
    });

    it('writes nothing about cameras at rest', async () => {
      start('a');
      start('b');
      await waitFor(async () => (await counts())['b.rtsp-0'] === 15 && (await counts())['a.rtsp-0'] === 15);
      const before = (await repository.owners(0)).rows;
      await waitFor(() => Promise.resolve(repository.queries > 0));
      expect((await repository.owners(0)).rows).to.deep.equal(before);
    });

    it('renews leases while a round waits for the database', async () => {
      start('a');
      await waitFor(async () => (await counts())['a.rtsp-0'] === 30);
      const before = (await repository.owners(0)).rows;
      const end = async () =>
        (await sql<{ until: number }>`select until from workers`.execute(store.db)).rows[0]?.until ?? 0;
      await store.transaction(async (trx) => {
        await sql`lock table camera_owners in access exclusive mode`.execute(trx);
        const first = await end();
        await waitFor(async () => (await end()) > first + RENEW_MS, BEFORE_CANCELLED);
      });
      expect((await repository.owners(0)).rows).to.deep.equal(before);
    });

    it('ends the lease of a silent worker when the worker itself gives up', async () => {
      const keeper = { name: 'a', incarnation: 'process of a' };
      const silentFor = (silentMs: number) => [
        { name: 'w1', address: null, labels: '{}', capacity: 1, silentMs },
      ];
      await repository.renew(keeper, silentFor(59_000.5), { ttlMs: 120_000, isFirst: true });
      const [early] = (
        await sql<{ ms: number }>`
        select until - (extract(epoch from clock_timestamp()) * 1000)::bigint as ms from workers`.execute(
          store.db,
        )
      ).rows;
      expect(early?.ms).to.be.within(50_000, 61_000);
      await repository.renew(keeper, silentFor(120_001), { ttlMs: 120_000, isFirst: false });
      expect(await repository.workers()).to.have.lengthOf(1);
      expect((await repository.workers())[0]).to.include({ isAlive: false });
    });

    it('hands a remote worker over while it still has its cameras, and a child once it has ended', async () => {
      const remote = { name: 'remote', address: null, labels: '{}', capacity: 1, silentMs: 0 };
      const child = { ...remote, name: 'child', address: 'sealed' };
      const lease = { ttlMs: 60_000, isFirst: true };
      await repository.renew(A, [child, remote], lease);
      expect((await repository.renew(B, [remote], lease)).size).to.equal(0);
      await repository.release(A);
      const workers = await repository.workers();
      expect(workers.map(({ isAlive }) => isAlive)).to.deep.equal([false, true]);
      expect([...(await repository.renew(B, [remote], lease)).keys()]).to.deep.equal(['remote']);
    });

    it('gives a remote worker another keeper before it would give up its cameras, and a child after', async () => {
      const remote = { name: 'remote', address: null, labels: '{}', capacity: 1, silentMs: 0 };
      const workers = [remote, { ...remote, name: 'child', address: 'sealed' }];
      const silent = workers.map((worker) => ({ ...worker, silentMs: 57_000 }));
      await repository.renew(A, workers, { ttlMs: 2900, isFirst: true });
      const lease = { ttlMs: 60_000, isFirst: true };
      expect([...(await repository.renew(B, silent, lease)).keys()]).to.deep.equal([]);
      expect([...(await repository.renew(B, workers, lease)).keys()]).to.deep.equal(['remote']);
    });

    it('forgets a camera only once the registry was read again, where the database was away', async () => {
      let asOf = Number.NEGATIVE_INFINITY;
      const [first = '', ...others] = IDS;
      await repository.enrol([{ id: first, worker: null }]);
      const placement = start('a', 1, { wanted: () => others, wantedAsOf: () => asOf });
      await waitFor(async () => (await counts())['a.rtsp-0'] === IDS.length);
      const knownAt = performance.now();
      await waitFor(() => performance.now() - knownAt > UNWANTED_MS + 500);
      expect(placement.workerOf(first)).to.equal('a.rtsp-0');
      asOf = performance.now();
      await waitFor(async () => (await counts())['a.rtsp-0'] === others.length);
    });

    it('lets others claim immediately from a gateway that ends in order', async () => {
      start('a');
      // A child ends with its gateway.
      start('b', 1, { local: () => [{ ...COMMON, name: 'b.rtsp-0', address: 'sealed' }] });
      await waitFor(async () => (await counts())['b.rtsp-0'] === 15 && (await counts())['a.rtsp-0'] === 15);
      await open.get('b')?.close();
      const alive = (await repository.workers()).filter(({ isAlive }) => isAlive);
      expect(alive.map(({ name }) => name)).to.deep.equal(['a.rtsp-0']);
      await waitFor(async () => (await counts())['a.rtsp-0'] === 30);
    });

    it('misses a row that was removed elsewhere, and places its camera anew', async () => {
      start('a');
      await waitFor(async () => (await counts())['a.rtsp-0'] === 30);
      await repository.drop(['camera-7']);
      await waitFor(async () => (await counts())['a.rtsp-0'] === 30);
    });

    it('claims for several workers in one statement, and takes from each its number', async () => {
      await repository.renew(KEEPER, WORKERS, { ttlMs: 60_000, isFirst: true });
      await repository.enrol(IDS.map((id) => ({ id, worker: null })));
      const moves = (w1: number, w2: number) => [
        { worker: 'w1', labels: '', count: w1 },
        { worker: 'w2', labels: '', count: w2 },
        { worker: 'of another', labels: '', count: 3 },
      ];
      expect(await repository.claim(KEEPER, moves(10, 15), { mayTake: false })).to.equal(25);
      expect(await counts()).to.deep.equal({ w1: 10, w2: 15, none: 5 });
      await repository.giveBack(KEEPER, moves(3, 4));
      expect(await counts()).to.deep.equal({ w1: 7, w2: 11, none: 12 });
    });

    it('claims many cameras in several statements', async () => {
      await repository.renew(KEEPER, WORKERS, { ttlMs: 60_000, isFirst: true });
      const ids = Array.from({ length: 12_000 }, (_, index) => ({ id: `${index}`, worker: null }));
      await repository.enrol(ids);
      const moves = ['w1', 'w2'].map((worker) => ({ worker, labels: '', count: 6000 }));
      expect(await repository.claim(KEEPER, moves, { mayTake: false })).to.equal(10_000);
      expect(await repository.claim(KEEPER, moves, { mayTake: false })).to.equal(2000);
    });

    it('reads a change that a transaction committed after a later one was read', async () => {
      await repository.enrol(IDS.map((id) => ({ id, worker: null })));
      const all = await repository.owners(0);
      const [first, second] = [all.rows[0]?.camera_id, all.rows[1]?.camera_id];
      const change = (id: string | undefined) =>
        sql`update camera_owners set epoch = 2, change = txid_current() where camera_id = ${id}`;
      let mark = all.mark;
      const read = async () => {
        const { rows, mark: next } = await repository.owners(mark);
        mark = next;
        return rows.flatMap(({ camera_id, epoch }) => (epoch === 2 ? [camera_id] : []));
      };
      await read();
      await store.transaction(async (trx) => {
        await change(first).execute(trx);
        await change(second).execute(store.db);
        expect(await read()).to.deep.equal([second]);
      });
      expect(await read()).to.include(first);
    });

    it('raises the epoch with each move, and refuses transactions of an earlier one', async () => {
      start('a');
      await waitFor(async () => (await counts())['a.rtsp-0'] === 30);
      const epoch = (await repository.owners(0)).rows[0]?.epoch as number;
      const id = (await repository.owners(0)).rows[0]?.camera_id as string;
      await store.transaction((trx) => expectEpoch(trx, id, epoch));
      await repository.giveBack({ name: 'a', incarnation: 'process of a' }, [
        { worker: 'a.rtsp-0', labels: '', count: 30 },
      ]);
      const error = await store.transaction((trx) => expectEpoch(trx, id, epoch)).catch((thrown) => thrown);
      expect(error).to.include({ code: 'stale-order' });
    });

    it('raises the epoch of a camera that was forgotten and comes again, so that its worker takes orders', async () => {
      const [id = ''] = IDS;
      const epochNow = async () => (await repository.owners(0)).rows[0]?.epoch as number;
      await repository.renew(KEEPER, WORKERS, { ttlMs: 60_000, isFirst: true });
      await repository.enrol([{ id, worker: null }]);
      for (let move = 0; move < 2; move += 1) {
        await repository.claim(KEEPER, [{ worker: 'w1', labels: '', count: 1 }], { mayTake: false });
        await repository.giveBack(KEEPER, [{ worker: 'w1', labels: '', count: 1 }]);
      }
      const before = await epochNow();
      const forgottenAt = performance.now();
      await repository.drop([id]);
      // A camera is forgotten only after it was not wanted for longer than this.
      await waitFor(() => performance.now() - forgottenAt > UNWANTED_MS / 3);
      await repository.enrol([{ id, worker: null }]);
      expect(await epochNow()).to.be.greaterThan(before);
    });

    it('gives cameras with labels to workers alone that carry them, with the fair share of each', async () => {
      for (const id of IDS.slice(0, 10)) asked.set(id, { site: 'berlin' });
      carried.set('a', { site: 'berlin', gpu: '1' });
      const [a, b] = [start('a'), start('b')];
      await waitFor(async () => (await counts())['b.rtsp-0'] === 15 && (await counts())['a.rtsp-0'] === 15);
      await waitFor(() => IDS.every((id) => b.workerOf(id) === a.workerOf(id)));
      for (const id of IDS.slice(0, 10)) expect(b.workerOf(id)).to.equal('a.rtsp-0');
    });

    it('leaves a camera without worker while none carries its labels, and places it when one comes', async () => {
      asked.set('camera-3', { site: 'berlin' });
      const a = start('a');
      await waitFor(async () => (await counts())['a.rtsp-0'] === 29 && (await counts()).none === 1);
      expect(a.workerOf('camera-3')).to.equal('');
      carried.set('b', { site: 'berlin' });
      start('b');
      await waitFor(() => a.workerOf('camera-3') === 'b.rtsp-0');
      carried.set('b', {});
      await waitFor(() => a.workerOf('camera-3') === '');
    });

    it('moves a camera whose labels are changed, and no other', async () => {
      carried.set('a', { site: 'berlin' });
      carried.set('b', { site: 'ulm' });
      for (const id of IDS) asked.set(id, { site: 'berlin' });
      const [a] = [start('a'), start('b')];
      const isPlaced = (id: string) => a.epochOf(id) !== undefined && a.workerOf(id) === 'a.rtsp-0';
      await waitFor(() => IDS.every(isPlaced));
      const epochs = IDS.map((id) => a.epochOf(id));
      asked.set('camera-3', { site: 'ulm' });
      asked.set('camera-4', {});
      await waitFor(() => a.workerOf('camera-3') === 'b.rtsp-0');
      for (const [index, id] of IDS.entries())
        if (index > 4) expect(a.epochOf(id), id).to.equal(epochs[index]);
    });

    it('renews no lease of a process whose name another one has taken', async () => {
      const worker = [{ name: 'w', address: null, labels: '{}', capacity: 1, silentMs: 0 }];
      const options = { ttlMs: 6000, isFirst: true };
      const first = await repository.renew({ name: 'a', incarnation: '1' }, worker, options);
      const second = await repository.renew({ name: 'a', incarnation: '2' }, worker, options);
      expect(second.get('w')).to.be.greaterThan(first.get('w') as number);
      const again = await repository.renew({ name: 'a', incarnation: '1' }, worker, {
        ...options,
        isFirst: false,
      });
      expect([...again]).to.deep.equal([]);
      const other = await repository.renew({ name: 'b', incarnation: '3' }, worker, options);
      expect([...other]).to.deep.equal([]);
    });
  });
