import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { createDeliveries, type Deliveries } from '../../../gateway/deliveries/deliveries.ts';
import { Housekeeping } from '../../../gateway/deliveries/housekeeping.ts';
import { createSecretBox } from '../../../gateway/store/secret-box.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { FastApiReceiver } from '../../support/fastapi-receiver.ts';
import { silentLog } from '../../support/serve.ts';
import { openSqlite } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { streamPayload } from './harness.ts';

const log = silentLog;

describe('Deliveries as a whole', () => {
  const folders: string[] = [];
  let store: Store;
  let receiver: FastApiReceiver;
  let deliveries: Deliveries;

  beforeEach(async () => {
    store = await openSqlite(folders);
    receiver = await FastApiReceiver.open();
  });

  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await deliveries.close();
    await store.close();
    await receiver.close();
  });

  function create(appPyUrl: string | undefined): Deliveries {
    const secretBox = createSecretBox(randomBytes(32));
    deliveries = createDeliveries({ store, secretBox, appPyUrl, webhookSecret: undefined, log });
    return deliveries;
  }

  const add = (cameraId: string) =>
    store.transaction((trx) =>
      deliveries.outbox.enqueue(trx, { cameraId, payload: streamPayload(cameraId) }),
    );

  it('go from a stream that is stored to the analysis backend', async () => {
    const { sender, stats } = create(receiver.url);
    deliveries.start();
    await add('1');
    sender.wake();
    await waitFor(() => stats().delivered === 1);
    expect(receiver.received[0]?.body).to.deep.equal(streamPayload('1'));
  });

  it('go from an event to an address of their own, in order with the streams of its camera', async () => {
    const { sender, stats, outbox } = create(receiver.url);
    const event = {
      event_id: 'e1',
      camera_id: '1',
      kind: 'watch',
      label: 'Is the gate open?',
      score: null,
      started_at: 1_700_000_000.5,
      data: { condition: 'yes' },
    };
    await add('1');
    await store.transaction((trx) => outbox.enqueue(trx, { cameraId: '1', payload: event }));
    const paths: (string | undefined)[] = [];
    receiver.reply = (response, { body }) => {
      paths.push(body.event_id === undefined ? 'stream' : 'event');
      response.end('{}');
    };
    deliveries.start();
    sender.wake();
    await waitFor(() => stats().delivered === 2);
    expect(paths).to.deep.equal(['stream', 'event']);
    expect(receiver.received[1]?.url).to.equal('/api/camera-event');
    expect(receiver.received[1]?.body).to.deep.equal(event);
  });

  it('report how many wait, since when, and the last failure', async () => {
    create(undefined);
    await add('1');
    await add('2');
    deliveries.start();
    await waitFor(() => deliveries.stats().counts !== undefined);
    const { oldestPendingSeconds, ...stats } = deliveries.stats();
    expect(stats).to.deep.equal({
      isConfigured: false,
      counts: { pending: 2, delivered: 0, parked: 0 },
      delivered: 0,
      failures: 0,
      lastError: undefined,
    });
    expect(oldestPendingSeconds).to.be.within(0, 60);
  });

  it('report what the receiver refused', async () => {
    create(`${receiver.url}/elsewhere`);
    await add('1');
    deliveries.start();
    await waitFor(() => deliveries.stats().failures === 1);
    expect(deliveries.stats().lastError).to.include({ cameraId: '1', error: 'The receiver answered 404' });
  });
});

describe('Housekeeping of deliveries', () => {
  it('clears away what arrived a week ago, counts, and outlives a database that fails', async () => {
    const prunedBefore: number[] = [];
    const now = Date.now();
    const counts = { pending: 1, delivered: 2, parked: 3, oldestPendingAt: now };
    const repository = {
      prune: async (before: number) => {
        prunedBefore.push(before);
        if (prunedBefore.length === 1) throw new Error('The database is not available');
        return 0;
      },
      count: async () => counts,
    };
    const housekeeping = new Housekeeping({ repository, log, everyMs: 5, now: () => now });
    housekeeping.start();
    await waitFor(() => housekeeping.counts !== undefined);
    await housekeeping.close();
    expect(housekeeping.counts).to.deep.equal(counts);
    expect(prunedBefore[1]).to.equal(now - 7 * 24 * 3_600_000);
  });
});
