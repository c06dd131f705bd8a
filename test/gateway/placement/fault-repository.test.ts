import { expect } from 'chai';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { FaultRepository } from '../../../gateway/placement/fault-repository.ts';
import { openStore, type Store } from '../../../gateway/store/store.ts';
import { CameraRouting } from '../../../gateway/worker-access/camera-routing.ts';
import { QUARANTINE_TIMINGS, Quarantine } from '../../../gateway/worker-access/quarantine.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { thrown } from '../../support/errors.ts';
import { directoryOf } from '../../support/routing.ts';
import { createPostgresDatabase, HAS_POSTGRES } from '../../support/stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const APART = ['quarantine-0', 'quarantine-1'];
const IDS = ['good', 'bad'];
const HOUR_MS = 3_600_000;
/** Longer than a busy machine stands still. */
const SHORT_MS = 2000;

interface Gateway {
  pool: FakePool;
  routing: CameraRouting;
  quarantine: Quarantine;
  faults: FaultRepository;
}

describe('Quarantine over several gateways', () => {
  let store: Store;
  let open: Gateway[];

  before(function () {
    if (HAS_POSTGRES) return;
    if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
    this.skip();
  });

  beforeEach(async () => {
    open = [];
    const databaseUrl = await createPostgresDatabase();
    const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor() });
    store = openStore({ dataDir: temporaryFolder(), databaseUrl, log });
    await store.whenReady();
  });

  afterEach(async () => {
    await Promise.all(open.map(({ quarantine }) => quarantine.close()));
    await store.close();
  });

  /** Each break counts, however soon it follows, unless `sameMs` is given. */
  function start(name: string, { sameMs = -1, leaseMs = 60_000, holdMs = HOUR_MS } = {}): Gateway {
    const pool = new FakePool(['rtsp-0'], { optional: APART });
    const directory = { ...directoryOf(IDS), onChange: () => () => {} };
    const routing = new CameraRouting({ directory, pool, workers: ['rtsp-0'], apart: APART });
    const faults = new FaultRepository({ store, name, sameMs, leaseMs });
    const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor() });
    const timings = { ...QUARANTINE_TIMINGS, shareMs: 20, checkMs: 20, holdMs };
    const options = { pool, routing, directory, workers: APART, shared: faults, log, timings };
    const quarantine = new Quarantine(options);
    quarantine.start();
    const gateway = { pool, routing, quarantine, faults };
    open.push(gateway);
    return gateway;
  }

  const breakOver = ({ pool }: Gateway): void =>
    pool.breakDown({ name: 'rtsp-0', reason: 'liveness', suspects: ['bad'] });
  const placeOf = ({ routing }: Gateway): string => routing.nameOf('bad');

  it('counts faults at all of them, and keeps a camera apart at one alone', async () => {
    const [a, b] = [start('a'), start('b')];
    breakOver(a);
    await waitFor(async () => (await store.db.selectFrom('camera_faults').selectAll().execute()).length > 0);
    expect(placeOf(a)).to.equal('rtsp-0');
    breakOver(b);
    await waitFor(() => placeOf(b) === 'quarantine-0');
    await waitFor(() => placeOf(a) === '');
    expect([a.pool.started, b.pool.started]).to.deep.equal([[], ['quarantine-0']]);
    const error = thrown(() => a.routing.resolve('bad'));
    expect(error).to.include({ code: 'camera-quarantined', status: 503 });
    expect(a.routing.lackOf('bad')?.code).to.equal('camera-quarantined');
    expect(a.routing.nameOf('good')).to.equal('rtsp-0');
  });

  it('counts the end of a remote worker once, though all gateways see it', async () => {
    const [a, b] = [start('a', { sameMs: HOUR_MS }), start('b', { sameMs: HOUR_MS })];
    breakOver(a);
    breakOver(b);
    for (const { faults } of [a, b, a]) expect(await faults.note('bad', 'liveness', HOUR_MS)).to.equal(1);
    expect([placeOf(a), placeOf(b)]).to.deep.equal(['rtsp-0', 'rtsp-0']);
  });

  it('goes on at another gateway when the one is gone that kept the camera apart', async () => {
    const [a, b] = [start('a', { leaseMs: SHORT_MS }), start('b')];
    breakOver(a);
    breakOver(a);
    await waitFor(() => placeOf(a) === 'quarantine-0' && placeOf(b) === '');
    await a.quarantine.close();
    await waitFor(() => placeOf(b) === 'quarantine-0');
  });

  it('goes on at a gateway that was started again', async () => {
    const a = start('a');
    breakOver(a);
    breakOver(a);
    await waitFor(() => placeOf(a) === 'quarantine-0');
    await a.quarantine.close();
    const again = start('a');
    await waitFor(() => placeOf(again) === 'quarantine-0');
  });

  it('ends at all of them, and one more fault puts the camera apart again', async () => {
    const [a, b] = [start('a', { holdMs: SHORT_MS }), start('b')];
    breakOver(a);
    breakOver(a);
    await waitFor(() => placeOf(b) === '');
    await waitFor(() => placeOf(a) === 'rtsp-0' && placeOf(b) === 'rtsp-0');
    breakOver(b);
    await waitFor(() => placeOf(b) === 'quarantine-0' && placeOf(a) === '');
  });

  it('keeps a camera apart by what one gateway saw while the database is away', async () => {
    const a = start('a');
    await store.close();
    breakOver(a);
    breakOver(a);
    await waitFor(() => placeOf(a) === 'quarantine-0');
  });
});
