import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { createPostgresDatabase, openPostgresAt } from '../../support/stores.ts';
import { TargetServer } from '../../support/target-server.ts';
import { waitFor } from '../../support/wait-for.ts';
import { NoticeHarness } from './harness.ts';

const STEP_MS = 5000;

describe('Two gateways on one PostgreSQL tell', () => {
  if (process.env.TEST_DATABASE_URL === undefined) {
    it('is skipped: TEST_DATABASE_URL names no server', function () {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    });
    return;
  }
  let target: TargetServer;
  let stores: Store[];
  let gateways: NoticeHarness[];
  let here: NoticeHarness;
  let there: NoticeHarness;
  let database: string;
  const secretBox = createSecretBox(randomBytes(32));

  beforeEach(async () => {
    target = await TargetServer.open();
    database = await createPostgresDatabase();
    stores = [await openPostgresAt(database), await openPostgresAt(database)];
    const [one, other] = stores as [Store, Store];
    here = await NoticeHarness.open(one, { secretBox });
    const settings = { afterSeconds: 30, groupSeconds: 0 };
    const { status } = await here.create({ kind: 'webhook', url: target.origin }, settings);
    expect(status).to.equal(201);
    there = await NoticeHarness.open(other, { secretBox });
    gateways = [here, there];
    await waitFor(() => there.notifications.report().active === 1);
  });
  afterEach(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await Promise.all(stores.map((store) => store.close()));
    target.close();
  });

  const kinds = (): string[] => target.bodies.map(({ kind }) => kind);

  /** Both clocks go on by seconds, with some looks at each gateway in every five. */
  async function pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += STEP_MS / 1000) {
      for (const gateway of gateways) gateway.now += STEP_MS;
      await Promise.all(gateways.map((gateway) => gateway.looks(2)));
    }
  }

  async function settled(): Promise<void> {
    await Promise.all(gateways.map((gateway) => gateway.idle()));
  }

  it('once of a camera that is lost, and once when it is back', async () => {
    for (const { connected } of gateways) connected.delete('door');
    await pass(40);
    await settled();
    expect(kinds()).to.deep.equal(['camera-offline']);
    for (const { connected } of gateways) connected.add('door');
    await pass(2);
    await settled();
    expect(kinds()).to.deep.equal(['camera-offline', 'camera-online']);
  });

  it('nothing of what one of them sees: an agent that is connected there', async () => {
    Object.assign(there.workers[1] as object, { state: 'unready' });
    here.connected.delete('yard');
    await pass(60);
    expect(kinds()).to.deep.equal([]);
    Object.assign(here.workers[1] as object, { state: 'unready' });
    await pass(40);
    await settled();
    expect(kinds()).to.deep.equal(['agent-lost']);
    Object.assign(there.workers[1] as object, { state: 'ready' });
    await pass(2);
    await settled();
    expect(kinds()).to.deep.equal(['agent-lost', 'agent-back']);
  });

  it('each of its own workers', async () => {
    Object.assign(there.workers[0] as object, { state: 'backoff' });
    await pass(40);
    await settled();
    expect(kinds()).to.deep.equal(['worker-lost']);
  });

  it('of a camera that is back although the gateway that told of its loss is gone', async () => {
    for (const { connected } of gateways) connected.delete('door');
    await pass(40);
    await settled();
    await here.close();
    gateways = [there];
    there.connected.add('door');
    await pass(2);
    await settled();
    expect(kinds()).to.deep.equal(['camera-offline', 'camera-online']);
  });

  it('once of a disk that both of them fill', async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    const config = { ...here.config, store: { uploads: { reserveBytes: Number.MAX_SAFE_INTEGER } } };
    gateways = await Promise.all(stores.map((store) => NoticeHarness.open(store, { secretBox, config })));
    await pass(40);
    await settled();
    expect(kinds()).to.deep.equal(['disk-low']);
  });
});
