import { expect } from 'chai';
import { Placement } from '../../../gateway/placement/placement.ts';
import { expectEpoch, PlacementRepository } from '../../../gateway/placement/placement-repository.ts';
import { openStore, type Store } from '../../../gateway/store/store.ts';
import { findPgBouncer, PgBouncer } from '../../support/pgbouncer.ts';
import { silentLog } from '../../support/serve.ts';
import { createPostgresDatabase, HAS_POSTGRES } from '../../support/stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const IDS = Array.from({ length: 30 }, (_, index) => `camera-${index}`);
const ROUND_MS = 20;

for (const through of ['directly', 'through PgBouncer'] as const)
  describe(`Placement in PostgreSQL, ${through}`, function () {
    this.timeout(60_000);
    let store: Store;
    let repository: PlacementRepository;
    let pooler: PgBouncer | undefined;
    const program = findPgBouncer();
    const open = new Map<string, Placement>();

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
      open.clear();
      await store?.close();
      await pooler?.close();
      pooler = undefined;
    });

    function start(name: string, capacity = 1): Placement {
      const placement = new Placement({
        repository: new PlacementRepository(store),
        keeper: { name, incarnation: `process of ${name}` },
        local: () => [{ name: `${name}.rtsp-0`, address: null, labels: '{}', capacity }],
        wanted: () => IDS,
        log: silentLog,
        everyMs: ROUND_MS,
      });
      open.set(name, placement);
      placement.start();
      return placement;
    }

    async function counts(): Promise<Record<string, number>> {
      const rows = await repository.owners(0);
      return Object.fromEntries(
        [...Map.groupBy(rows, ({ worker }) => worker ?? 'none')].map(([name, all]) => [name, all.length]),
      );
    }

    it('gives each worker its share by capacity, and all gateways see the same', async () => {
      const [a, b] = [start('a'), start('b', 2)];
      await waitFor(async () => (await counts())['b.rtsp-0'] === 20 && (await counts())['a.rtsp-0'] === 10);
      await waitFor(() => IDS.every((id) => a.workerOf(id) !== '' && a.workerOf(id) === b.workerOf(id)));
    });

    it('writes nothing about cameras at rest', async () => {
      start('a');
      start('b');
      await waitFor(async () => (await counts())['b.rtsp-0'] === 15 && (await counts())['a.rtsp-0'] === 15);
      const before = await repository.owners(0);
      await waitFor(() => Promise.resolve(repository.queries > 0));
      expect(await repository.owners(0)).to.deep.equal(before);
    });

    it('lets others claim immediately from a gateway that ends in order', async () => {
      start('a');
      start('b');
      await waitFor(async () => (await counts())['b.rtsp-0'] === 15 && (await counts())['a.rtsp-0'] === 15);
      await open.get('b')?.close();
      await waitFor(async () => (await counts())['a.rtsp-0'] === 30);
    });

    it('raises the epoch with each move, and refuses transactions of an earlier one', async () => {
      start('a');
      await waitFor(async () => (await counts())['a.rtsp-0'] === 30);
      const epoch = (await repository.owners(0))[0]?.epoch as number;
      const id = (await repository.owners(0))[0]?.camera_id as string;
      await store.transaction((trx) => expectEpoch(trx, id, epoch));
      await repository.giveBack({ name: 'a', incarnation: 'process of a' }, 'a.rtsp-0', 30);
      const error = await store.transaction((trx) => expectEpoch(trx, id, epoch)).catch((thrown) => thrown);
      expect(error).to.include({ code: 'stale-order' });
    });

    it('renews no lease of a process whose name another one has taken', async () => {
      const worker = [{ name: 'w', address: null, labels: '{}', capacity: 1 }];
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
