import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { AppError } from '#shared/errors.ts';
import type { Endpoint } from '../../../gateway/deliveries/http-endpoint.ts';
import { HttpEndpoint } from '../../../gateway/deliveries/http-endpoint.ts';
import type { LeaseRepository } from '../../../gateway/deliveries/lease-repository.ts';
import { FastApiReceiver, sendJson } from '../../support/fastapi-receiver.ts';
import { freePort } from '../../support/free-port.ts';
import { onEveryEngine, openSqlite } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';
import { DeliveryStage, LEASE_MS, streamPayload } from './harness.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const HOUR_MS = 3_600_000;

type Exchange = LeaseRepository['exchange'];

describe('The sender of deliveries', () => {
  onEveryEngine((open) => {
    let stage: DeliveryStage;
    let receiver: FastApiReceiver;

    beforeEach(async () => {
      receiver = await FastApiReceiver.open();
      stage = new DeliveryStage(await open());
    });

    afterEach(async () => {
      await stage.close();
      await receiver.close();
    });

    const endpoint = (options: { webhookSecret?: string; baseUrl?: string } = {}): Endpoint =>
      new HttpEndpoint({ baseUrl: receiver.url, ...options });

    async function statuses(): Promise<string[]> {
      return (await stage.rows()).map(({ status }) => status);
    }

    const areAll = (status: string) => async () => (await statuses()).every((each) => each === status);

    it('sends what waits and what comes, each once', async () => {
      await stage.enqueue('1', '2');
      const sender = stage.startSender({ endpoint: endpoint() });
      await stage.enqueue('3');
      sender.wake();
      await waitFor(areAll('delivered'));
      expect(receiver.received.map(({ body }) => body.camera_id).sort()).to.deep.equal(['1', '2', '3']);
      expect(receiver.received.find(({ body }) => body.camera_id === '1')?.body).to.deep.equal(
        streamPayload('1'),
      );
      expect(await stage.row('1')).to.include({
        attempts: 1,
        last_status: 200,
        last_response: '{"status":"accepted"}',
      });
    });

    it('keeps the order of each camera and sends several cameras simultaneously, up to its limit', async () => {
      const cameras = Array.from({ length: 60 }, (_, index) => `c${index % 6}`);
      await stage.enqueue(...cameras);
      receiver.reply = async (response) => {
        await waitFor(() => receiver.mostUnderWay >= 4);
        sendJson(response, 200, {});
      };
      stage.startSender({ endpoint: endpoint(), concurrency: 4 });
      await waitFor(areAll('delivered'));
      expect(receiver.mostOfOneCamera).to.equal(1);
      expect(receiver.mostUnderWay).to.equal(4);
      const rows = await stage.rows();
      for (const camera of new Set(cameras)) {
        const stored = rows.filter((row) => row.camera_id === camera).map(({ id }) => id);
        const sent = receiver.received.filter(({ body }) => body.camera_id === camera);
        expect(sent.map(({ headers }) => headers['webhook-id'])).to.deep.equal(stored);
      }
    });

    it('shares one store with other senders, and none sends what another does', async () => {
      const cameras = Array.from({ length: 120 }, (_, index) => `c${index % 30}`);
      await stage.enqueue(...cameras);
      for (let index = 0; index < 3; index += 1) stage.startSender({ endpoint: endpoint(), concurrency: 8 });
      await waitFor(areAll('delivered'), { timeoutMs: 30_000 });
      expect(new Set(receiver.ids).size).to.equal(cameras.length);
      expect(receiver.ids).to.have.length(cameras.length);
      expect(receiver.mostOfOneCamera).to.equal(1);
    });

    it('F54: tries again by the schedule, with the same id and a new time under a valid signature', async () => {
      await stage.enqueue('1');
      receiver.reply = (response) => sendJson(response, 500, {});
      const sender = stage.startSender({ endpoint: endpoint({ webhookSecret: SECRET }) });
      for (const [attempts, pauseMs] of [
        [1, 5000],
        [2, 295_000],
      ] as const) {
        await waitFor(async () => (await stage.row('1')).attempts === attempts);
        expect((await stage.row('1')).next_attempt_at).to.equal(stage.now + pauseMs);
        stage.now += pauseMs;
        sender.wake();
      }
      await waitFor(() => receiver.received.length === 3);
      expect(new Set(receiver.ids).size).to.equal(1);
      const times = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
      expect(times.map((at) => at - (times[0] as number))).to.deep.equal([0, 5, 300]);
      for (const { text, headers } of receiver.received.slice(0, 2))
        new Webhook(SECRET).verify(text, headers as Record<string, string>);
    });

    it('F58: parks after 24 hours of failure, and sends when it is retried by hand', async () => {
      await stage.enqueue('1');
      const startedAt = stage.now;
      receiver.reply = (response) => sendJson(response, 503, {});
      const sender = stage.startSender({ endpoint: endpoint() });
      for (let attempts = 1; attempts <= 10; attempts += 1) {
        const row = await waitFor(async () => {
          const current = await stage.row('1');
          return current.attempts === attempts ? current : undefined;
        });
        if (row.status === 'pending') stage.now = row.next_attempt_at;
        sender.wake();
      }
      expect(await stage.row('1')).to.include({ status: 'parked', last_status: 503 });
      expect(stage.now - startedAt).to.equal(24 * HOUR_MS);
      receiver.reply = undefined;
      await stage.repository.retry((await stage.row('1')).id, stage.now);
      sender.wake();
      await waitFor(areAll('delivered'));
      expect(new Set(receiver.ids).size).to.equal(1);
    });

    it('parks a refused delivery immediately, and continues with the next of the camera', async () => {
      await stage.enqueue('1', '1');
      receiver.reply = (response) => {
        receiver.reply = undefined;
        sendJson(response, 422, {
          detail: [{ loc: ['body'], msg: 'no', input: 'rtsp://admin:S3cr3tC4nary@192.0.2.1' }],
        });
      };
      stage.startSender({ endpoint: endpoint() });
      await waitFor(async () => (await statuses()).join() === 'parked,delivered');
      const [parked] = await stage.rows();
      expect(parked?.last_response).to.include('"msg":"no"').and.not.include('S3cr3tC4nary');
    });

    it('F56: waits for Retry-After', async () => {
      await stage.enqueue('1');
      receiver.reply = (response) => sendJson(response, 429, {}, { 'retry-after': '120' });
      stage.startSender({ endpoint: endpoint() });
      await waitFor(async () => (await stage.row('1')).attempts === 1);
      expect((await stage.row('1')).next_attempt_at).to.equal(stage.now + 120_000);
    });

    it('F57: sends again with the same id what a killed gateway had sent and not settled', async () => {
      await stage.enqueue('1');
      const dead = stage.leases('killed');
      let hasDied = false;
      const isDead: Exchange = async (exchange) => {
        hasDied ||= exchange.settlements.length > 0;
        return hasDied ? new Promise(() => {}) : dead.exchange(exchange);
      };
      stage.startSender({ endpoint: endpoint(), leases: { exchange: isDead }, closeMs: 0 });
      await waitFor(() => hasDied);
      expect(await stage.row('1')).to.include({ status: 'pending', lease_owner: 'killed' });
      const other = stage.startSender({ endpoint: endpoint() });
      stage.now += LEASE_MS;
      other.wake();
      await waitFor(areAll('delivered'));
      expect(receiver.ids).to.deep.equal([(await stage.row('1')).id, (await stage.row('1')).id]);
    });

    it('F55: delivers the others while one camera finds no answer', async () => {
      await stage.enqueue('silent', '1', '2');
      receiver.reply = (response, { body }) => {
        if (body.camera_id !== 'silent') sendJson(response, 200, {});
      };
      stage.startSender({ endpoint: endpoint(), concurrency: 2 });
      await waitFor(async () => (await statuses()).join() === 'pending,delivered,delivered');
    });

    it('releases running deliveries at the end, for another sender to send immediately', async () => {
      await stage.enqueue('1', '2');
      receiver.reply = (response, { body }) => {
        if (body.camera_id === '2') sendJson(response, 200, {});
      };
      const sender = stage.startSender({ endpoint: endpoint(), closeMs: 100 });
      await waitFor(async () => (await stage.row('2')).status === 'delivered');
      await waitFor(() => receiver.received.length === 2);
      await sender.close();
      expect(await stage.row('1')).to.include({ status: 'pending', attempts: 0, leased_until: 0 });
      receiver.reply = undefined;
      stage.startSender({ endpoint: endpoint() });
      await waitFor(areAll('delivered'));
    });
  });

  describe('when things fail', () => {
    const folders: string[] = [];
    let stage: DeliveryStage;
    let receiver: FastApiReceiver;

    beforeEach(async () => {
      receiver = await FastApiReceiver.open();
      stage = new DeliveryStage(await openSqlite(folders));
    });

    after(() => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });

    afterEach(async () => {
      await stage.close();
      await stage.store.close();
      await receiver.close();
    });

    it('lets deliveries wait while there is no receiver at all', async () => {
      await stage.enqueue('1');
      const sender = stage.startSender({ endpoint: undefined });
      sender.wake();
      await sender.close();
      expect(await stage.row('1')).to.include({ status: 'pending', attempts: 0, leased_until: 0 });
    });

    it('backs off while the database fails and goes on when it is back, settling what it had sent', async () => {
      const leases = stage.leases('one');
      let isBroken = false;
      let refused = 0;
      const exchange: Exchange = async (asked) => {
        if (!isBroken) return leases.exchange(asked);
        refused += 1;
        throw new AppError('storage-unavailable', 'The database is not available');
      };
      receiver.reply = (response) => {
        isBroken = true;
        sendJson(response, 200, {});
      };
      await stage.enqueue('1');
      const sender = stage.startSender({
        endpoint: new HttpEndpoint({ baseUrl: receiver.url }),
        leases: { exchange },
      });
      await waitFor(() => refused >= 3);
      await stage.enqueue('2');
      const before = refused;
      for (let index = 0; index < 50; index += 1) {
        sender.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(refused - before, 'tries that waking brought about').to.be.below(5);
      isBroken = false;
      receiver.reply = undefined;
      await waitFor(async () => (await stage.rows()).every(({ status }) => status === 'delivered'));
      expect(receiver.ids).to.deep.equal((await stage.rows()).map(({ id }) => id));
    });

    it('F62: sends nothing twice at a time when its clock jumps ahead of its leases', async () => {
      await stage.enqueue('silent');
      receiver.reply = (response, { body }) => {
        if (body.camera_id !== 'silent') sendJson(response, 200, {});
      };
      const sender = stage.startSender({ endpoint: new HttpEndpoint({ baseUrl: receiver.url }) });
      await waitFor(() => receiver.received.length === 1);
      stage.now += 2 * HOUR_MS;
      await stage.enqueue('2');
      sender.wake();
      await waitFor(async () => (await stage.row('2')).status === 'delivered');
      expect(receiver.received.map(({ body }) => body.camera_id)).to.deep.equal(['silent', '2']);
    });

    it('parks what was sealed with a key that is gone, and sends the rest', async () => {
      await stage.enqueue('1', '2');
      const { id } = await stage.row('1');
      await stage.store.db
        .updateTable('deliveries')
        .set({ payload: 'v1.AAAA' })
        .where('id', '=', id)
        .execute();
      stage.startSender({ endpoint: new HttpEndpoint({ baseUrl: receiver.url }) });
      await waitFor(async () => (await stage.rows()).every(({ status }) => status !== 'pending'));
      expect(await stage.row('1')).to.include({ status: 'parked', attempts: 0 });
      expect((await stage.row('1')).last_error).to.include('SECRET_KEY');
      expect(await stage.row('2')).to.include({ status: 'delivered' });
    });

    it('remembers how it goes, for health and metrics', async () => {
      await stage.enqueue('1');
      const nowhere = `http://127.0.0.1:${await freePort()}`;
      stage.startSender({ endpoint: new HttpEndpoint({ baseUrl: nowhere }) });
      await waitFor(async () => (await stage.row('1')).attempts === 1);
      expect(stage.outcomes).to.include({ failures: 1, successes: 0 });
      expect(stage.outcomes.lastFailure).to.include({ at: stage.now, cameraId: '1' });
      expect(stage.outcomes.lastFailure?.error).to.include('ECONNREFUSED');
    });
  });
});
