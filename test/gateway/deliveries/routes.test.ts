import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import type { Settlement } from '../../../gateway/deliveries/delivery.ts';
import { deliveryRoutes } from '../../../gateway/deliveries/routes.ts';
import { getJson, postJson } from '../../support/http.ts';
import { mounted } from '../../support/mounted.ts';
import { originOf, problems, serve, stop } from '../../support/serve.ts';
import { openSqlite } from '../../support/stores.ts';
import { DeliveryStage } from './harness.ts';

describe('The delivery routes', () => {
  const folders: string[] = [];
  let stage: DeliveryStage;
  let server: Server;
  let api: string;
  let wakes: number;

  beforeEach(async () => {
    stage = new DeliveryStage(await openSqlite(folders));
    wakes = 0;
    const { repository, secretBox } = stage;
    const wake = (): void => {
      wakes += 1;
    };
    const app = express();
    app.use(mounted(deliveryRoutes({ repository, secretBox, wake, now: () => stage.now })));
    app.use(problems);
    server = await serve(app);
    api = `${originOf(server)}/api/deliveries`;
  });

  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    stop(server);
    await stage.store.close();
  });

  /** Takes and settles the oldest delivery of a camera. */
  async function settle(cameraId: string, outcome: 'delivered' | 'parked'): Promise<string> {
    const leases = stage.leases('test');
    const { leased } = await leases.exchange({ settlements: [], limit: 99, inHand: [], now: stage.now });
    const record = {
      attempts: 1,
      status: 422,
      error: 'The receiver answered 422',
      response: '{"detail":"no"}',
    };
    const settlements = leased.map(({ id, cameraId: of, queue }): Settlement => {
      if (of !== cameraId) return { id, cameraId: of, queue, kind: 'released' };
      return { id, cameraId: of, queue, kind: outcome, ...record };
    });
    await leases.exchange({ settlements, limit: 0, inHand: [], now: stage.now });
    return (await stage.row(cameraId)).id;
  }

  it('list deliveries with their payload, the passwords masked', async () => {
    await stage.enqueue('1');
    const { status, body, headers } = await getJson(api);
    expect(status).to.equal(200);
    expect(headers.get('cache-control')).to.equal('no-store');
    const at = new Date(stage.now).toISOString();
    expect(body).to.deep.equal({
      deliveries: [
        {
          id: (await stage.row('1')).id,
          cameraId: '1',
          notificationId: null,
          status: 'pending',
          attempts: 0,
          nextAttemptAt: at,
          lastStatus: null,
          lastError: null,
          lastResponse: null,
          payload: {
            camera_id: '1',
            camera_description: null,
            stream_type: 'rtsp',
            rtsp_url: 'rtsp://***@192.0.2.1:554/1',
            video_url: null,
          },
          createdAt: at,
          updatedAt: at,
          deliveredAt: null,
        },
      ],
      nextCursor: null,
    });
  });

  it('list the notices of a notification by its id, apart from what the backend gets', async () => {
    await stage.enqueue('1');
    const facts = { happenings: [{ kind: 'motion', cameraId: '1', label: 'motion' }], more: 0 };
    const payload = stage.secretBox.seal(JSON.stringify(facts));
    const notice = { id: 'ntc_1', cameraId: '1', target: 'ntf_1', payload };
    await stage.store.transaction((trx) => stage.repository.insert(trx, notice, stage.now));
    const { body } = await getJson(`${api}?notificationId=ntf_1`);
    expect(body.deliveries).to.have.length(1);
    expect(body.deliveries[0]).to.deep.include({ id: 'ntc_1', notificationId: 'ntf_1', payload: facts });
    expect((await getJson(api)).body.deliveries).to.have.length(1);
  });

  it('list by status and camera, page by page', async () => {
    await stage.enqueue('1', '2', '1', '3');
    await settle('2', 'parked');
    const cameras = async (query: string) =>
      (await getJson(`${api}?${query}`)).body.deliveries.map(
        ({ cameraId }: { cameraId: string }) => cameraId,
      );
    expect(await cameras('status=parked')).to.deep.equal(['2']);
    expect(await cameras('cameraId=1')).to.deep.equal(['1', '1']);
    const first = await getJson(`${api}?limit=3`);
    expect(first.body.deliveries).to.have.length(3);
    const rest = await getJson(`${api}?limit=3&cursor=${first.body.nextCursor}`);
    expect(rest.body.deliveries.map(({ cameraId }: { cameraId: string }) => cameraId)).to.deep.equal(['1']);
    expect(rest.body.nextCursor).to.equal(null);
  });

  it('show why a delivery was parked, and nothing of leases', async () => {
    await stage.enqueue('1');
    await settle('1', 'parked');
    const [shown] = (await getJson(`${api}?status=parked`)).body.deliveries;
    expect(shown).to.include({
      status: 'parked',
      attempts: 1,
      nextAttemptAt: null,
      lastStatus: 422,
      lastError: 'The receiver answered 422',
      lastResponse: '{"detail":"no"}',
    });
    expect(JSON.stringify(shown)).not.to.match(/lease|S3cr3tC4nary/i);
  });

  it('name what is wrong with a query', async () => {
    for (const [query, field] of [
      ['status=lost', 'status'],
      ['limit=0', 'limit'],
      ['limit=1001', 'limit'],
      ['limit=x', 'limit'],
      ['cursor=abc', 'cursor'],
      ['cursor=99999999999999999999', 'cursor'],
      ['cameraId=1&cameraId=2', 'cameraId'],
    ]) {
      const { status, body } = await getJson(`${api}?${query}`);
      expect([status, body.code, body.field], query).to.deep.equal([400, 'invalid-field', field]);
    }
  });

  it('make a parked delivery due again and wake the sender', async () => {
    await stage.enqueue('1');
    const id = await settle('1', 'parked');
    const { status, body } = await postJson(`${api}/${id}/retry`, {});
    expect(status).to.equal(200);
    expect(body.success).to.equal(true);
    expect(body.delivery).to.include({ id, status: 'pending', attempts: 0 });
    expect(wakes).to.equal(1);
  });

  it('answer 404 for an unknown delivery and 409 for one that arrived', async () => {
    await stage.enqueue('1');
    const id = await settle('1', 'delivered');
    const unknown = await postJson(`${api}/msg_0/retry`, {});
    expect([unknown.status, unknown.body.code]).to.deep.equal([404, 'delivery-not-found']);
    const arrived = await postJson(`${api}/${id}/retry`, {});
    expect([arrived.status, arrived.body.code]).to.deep.equal([409, 'delivery-delivered']);
    expect(wakes).to.equal(0);
  });

  it('list what cannot be read any more without its payload', async () => {
    await stage.enqueue('1', '2');
    const { id } = await stage.row('1');
    await stage.store.db.updateTable('deliveries').set({ payload: 'v1.AAAA' }).where('id', '=', id).execute();
    const { status, body } = await getJson(api);
    expect(status).to.equal(200);
    expect(body.deliveries.map(({ payload }: { payload: unknown }) => payload === null)).to.deep.equal([
      false,
      true,
    ]);
  });
});
