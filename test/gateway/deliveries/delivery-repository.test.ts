import { expect } from 'chai';
import { AFTER_EARLIER_ONE, type Outcome, type Settlement } from '../../../gateway/deliveries/delivery.ts';
import type { LeaseRepository } from '../../../gateway/deliveries/lease-repository.ts';
import { rejection } from '../../support/errors.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { DeliveryStage, LEASE_MS, streamPayload } from './harness.ts';

const DELIVERED = { kind: 'delivered', attempts: 1, status: 200, error: null, response: 'ok' } as const;
const PARKED = { kind: 'parked', attempts: 1, status: 422, error: 'no', response: '{}' } as const;
const WEEK_MS = 7 * 24 * 3_600_000;

describe('Stored deliveries', () => {
  onEveryEngine((open) => {
    let stage: DeliveryStage;
    let leases: LeaseRepository;

    beforeEach(async () => {
      stage = new DeliveryStage(await open());
      leases = stage.leases('one');
    });

    /** Takes what is due. @returns camera ids */
    async function lease(by = leases, limit = 100): Promise<string[]> {
      const { leased } = await by.exchange({ settlements: [], limit, inHand: [], now: stage.now });
      return leased.map(({ cameraId }) => cameraId);
    }

    async function settle(cameraId: string, outcome: Outcome, by = leases): Promise<void> {
      const row = (await stage.rows()).find((each) => each.camera_id === cameraId && each.leased_until > 0);
      const settlements: Settlement[] = [{ id: row?.id ?? '', cameraId, queue: cameraId, ...outcome }];
      await by.exchange({ settlements, limit: 0, inHand: [], now: stage.now });
    }

    it('are committed with their stream or event, or not at all', async () => {
      const failing = stage.store.transaction(async (trx) => {
        await stage.outbox.enqueue(trx, { cameraId: '1', payload: streamPayload('1') });
        throw new Error('the stream could not be stored');
      });
      await failing.catch(() => {});
      expect(await stage.rows()).to.deep.equal([]);
      await stage.enqueue('1');
      expect(await stage.rows()).to.have.length(1);
    });

    it('hold their payload sealed', async () => {
      await stage.enqueue('1');
      const row = await stage.row('1');
      expect(JSON.stringify(row)).not.to.include('S3cr3tC4nary');
      expect(JSON.parse(stage.secretBox.open(row.payload))).to.deep.equal(streamPayload('1'));
    });

    it('are taken oldest first, as many as asked for, and by one sender only', async () => {
      await stage.enqueue('1', '2', '3');
      const other = stage.leases('two');
      expect(await lease(leases, 2)).to.have.members(['1', '2']);
      expect(await lease(other)).to.deep.equal(['3']);
      expect(await lease()).to.deep.equal([]);
    });

    it('are each taken by one of many senders that ask at the same time', async () => {
      const cameras = Array.from({ length: 60 }, (_, index) => `c${index}`);
      await stage.enqueue(...cameras);
      const senders = Array.from({ length: 6 }, (_, index) => stage.leases(`sender-${index}`));
      const rounds = Array.from({ length: 4 }, () => senders).flat();
      const taken = (await Promise.all(rounds.map((sender) => lease(sender, 5)))).flat();
      expect(taken).to.have.length(new Set(taken).size);
      // What another sender had locked at that moment is skipped, so some may be left.
      for (const sender of senders) taken.push(...(await lease(sender)));
      expect(taken.sort()).to.deep.equal(cameras.sort());
    });

    it('are sent one at a time and in order for each camera, with any outcome of the previous one', async () => {
      await stage.enqueue('1', '1', '1', '2');
      const [first, second, third] = await stage.rows();
      expect([second?.next_attempt_at, third?.next_attempt_at]).to.deep.equal([
        AFTER_EARLIER_ONE,
        AFTER_EARLIER_ONE,
      ]);
      expect(await lease()).to.deep.equal(['1', '2']);
      expect((await stage.row('1')).leased_until).to.equal(0);
      expect((await stage.rows())[0]?.id).to.equal(first?.id);
      await settle('1', DELIVERED);
      expect(await lease()).to.deep.equal(['1']);
      expect((await stage.rows())[1]?.leased_until).to.equal(stage.now + LEASE_MS);
      await settle('1', PARKED);
      expect(await lease()).to.deep.equal(['1']);
      await settle('1', DELIVERED);
      expect((await stage.rows()).map(({ status }) => status)).to.deep.equal([
        'delivered',
        'parked',
        'delivered',
        'pending',
      ]);
    });

    it('let those of other cameras by while one waits for its next attempt', async () => {
      await stage.enqueue('1', '1');
      await lease();
      await settle('1', { ...PARKED, kind: 'retry', at: stage.now + 5000 });
      await stage.enqueue('2');
      expect(await lease()).to.deep.equal(['2']);
      stage.now += 4999;
      expect(await lease()).to.deep.equal([]);
      stage.now += 1;
      expect(await lease()).to.deep.equal(['1']);
      const [row] = await stage.rows();
      expect(row).to.include({ attempts: 1, last_status: 422, last_error: 'no', last_response: '{}' });
    });

    it('are found behind however many that are due and may not be taken yet', async () => {
      await stage.enqueue(...Array.from({ length: 150 }, () => '1'));
      await lease();
      // As left by a gateway that stored them before it knew of the one under way.
      await stage.store.db.updateTable('deliveries').set({ next_attempt_at: stage.now }).execute();
      stage.now += 1;
      await stage.enqueue('2');
      expect(await lease(stage.leases('two'), 1)).to.deep.equal(['2']);
      expect(await lease(stage.leases('two'), 1)).to.deep.equal([]);
    });

    it('report when the next one is due', async () => {
      const nextDueAt = async () =>
        (await leases.exchange({ settlements: [], limit: 0, inHand: [], now: stage.now })).nextDueAt;
      expect(await nextDueAt()).to.equal(undefined);
      await stage.enqueue('1', '1', '2');
      await lease();
      await settle('1', { ...PARKED, kind: 'retry', at: stage.now + 9000 });
      await settle('2', { ...PARKED, kind: 'retry', at: stage.now + 5000 });
      expect(await nextDueAt()).to.equal(stage.now + 5000);
    });

    it('of a sender that was killed are taken again when its lease has run out, with the same id', async () => {
      await stage.enqueue('1', '1');
      await lease();
      const { id } = (await stage.rows())[0] ?? {};
      const other = stage.leases('two');
      stage.now += LEASE_MS - 1;
      expect(await lease(other)).to.deep.equal([]);
      stage.now += 1;
      const { leased } = await other.exchange({ settlements: [], limit: 9, inHand: [], now: stage.now });
      expect(leased.map((each) => each.id)).to.deep.equal([id]);
    });

    it('are settled by the sender that holds the lease, not by one that lost it', async () => {
      await stage.enqueue('1');
      await lease();
      stage.now += LEASE_MS;
      await lease(stage.leases('two'));
      await settle('1', DELIVERED);
      expect(await stage.row('1')).to.include({ status: 'pending', lease_owner: 'two' });
      await settle('1', DELIVERED, stage.leases('two'));
      expect(await stage.row('1')).to.include({ status: 'delivered', lease_owner: null, leased_until: 0 });
    });

    it('are not taken twice by one sender whose clock jumped ahead', async () => {
      await stage.enqueue('1');
      await lease();
      stage.now += 2 * 3_600_000;
      const { id } = await stage.row('1');
      const again = await leases.exchange({ settlements: [], limit: 9, inHand: [id], now: stage.now });
      expect(again.leased).to.deep.equal([]);
    });

    it('that were released are free immediately, and no attempt is counted', async () => {
      await stage.enqueue('1');
      await lease();
      await settle('1', { kind: 'released' });
      expect(await stage.row('1')).to.include({ attempts: 0, status: 'pending', leased_until: 0 });
      expect(await lease(stage.leases('two'))).to.deep.equal(['1']);
    });

    it('that were parked can be tried again by hand, before later ones of their camera', async () => {
      await stage.enqueue('1', '1');
      await lease();
      await settle('1', { ...PARKED, attempts: 10 });
      const [parked, later] = await stage.rows();
      const retried = await stage.repository.retry(parked?.id as string, stage.now);
      expect(retried).to.include({ status: 'pending', attempts: 0, next_attempt_at: stage.now });
      const { leased } = await leases.exchange({ settlements: [], limit: 9, inHand: [], now: stage.now });
      expect(leased.map(({ id }) => id)).to.deep.equal([parked?.id]);
      await settle('1', DELIVERED);
      const next = await leases.exchange({ settlements: [], limit: 9, inHand: [], now: stage.now });
      expect(next.leased.map(({ id }) => id)).to.deep.equal([later?.id]);
    });

    it('that are tried again by hand wait while a later one of their camera is under way', async () => {
      await stage.enqueue('1', '1');
      await lease();
      await settle('1', PARKED);
      await lease();
      const [parked] = await stage.rows();
      await stage.repository.retry(parked?.id as string, stage.now);
      expect(await lease(stage.leases('two'))).to.deep.equal([]);
      await settle('1', DELIVERED);
      expect(await lease(stage.leases('two'))).to.deep.equal(['1']);
    });

    it('that are tried again by hand stand behind earlier ones of their camera', async () => {
      await stage.enqueue('1', '1');
      await lease();
      await settle('1', PARKED);
      await lease();
      await settle('1', PARKED);
      const [first, second] = await stage.rows();
      await stage.repository.retry(first?.id as string, stage.now);
      expect(await stage.repository.retry(second?.id as string, stage.now)).to.include({
        next_attempt_at: AFTER_EARLIER_ONE,
      });
      expect(await lease()).to.deep.equal(['1']);
      await settle('1', DELIVERED);
      expect(await lease()).to.deep.equal(['1']);
    });

    it('that wait for their next attempt are due immediately by hand, and keep their count', async () => {
      await stage.enqueue('1');
      await lease();
      await settle('1', { ...PARKED, kind: 'retry', at: stage.now + 5000 });
      const { id } = await stage.row('1');
      expect(await stage.repository.retry(id, stage.now)).to.include({
        attempts: 1,
        next_attempt_at: stage.now,
      });
      expect(await lease()).to.deep.equal(['1']);
      expect(await stage.repository.retry(id, stage.now)).to.include({ lease_owner: 'one' });
    });

    it('that arrived, or never were, cannot be tried again', async () => {
      await stage.enqueue('1');
      await lease();
      await settle('1', DELIVERED);
      const { id } = await stage.row('1');
      expect((await rejection(stage.repository.retry(id, stage.now))).code).to.equal('delivery-delivered');
      expect((await rejection(stage.repository.retry('msg_x', stage.now))).code).to.equal(
        'delivery-not-found',
      );
    });

    it('go out in order when they are stored while earlier ones are being settled', async () => {
      await stage.enqueue('1');
      const sent: string[] = [];
      const drain = async (): Promise<void> => {
        for (let idle = 0; idle < 3; ) {
          const { leased } = await leases.exchange({ settlements: [], limit: 9, inHand: [], now: stage.now });
          const settlements = leased.map(({ id, cameraId, queue }) => ({
            id,
            cameraId,
            queue,
            ...DELIVERED,
          }));
          sent.push(...leased.map(({ id }) => id));
          await leases.exchange({ settlements, limit: 0, inHand: [], now: stage.now });
          idle = leased.length === 0 ? idle + 1 : 0;
        }
      };
      await Promise.all([stage.enqueue(...Array.from({ length: 40 }, () => '1')), drain()]);
      await drain();
      expect(sent).to.deep.equal((await stage.rows()).map(({ id }) => id));
    });

    it('are made due by the sender that settles the previous one, even while they are being stored', async () => {
      await stage.enqueue('1');
      await lease();
      const { id } = await stage.row('1');
      const settlements = [{ id, cameraId: '1', queue: '1', ...DELIVERED }];
      let settling: Promise<unknown> | undefined;
      await stage.store.transaction(async (trx) => {
        await stage.outbox.enqueue(trx, { cameraId: '1', payload: streamPayload('1') });
        settling = leases.exchange({ settlements, limit: 0, inHand: [], now: stage.now });
        // Gives the other transaction its chance to end first, which it must not.
        for (let turn = 0; turn < 300; turn += 1) await trx.selectFrom('deliveries').select('id').execute();
      });
      await settling;
      expect(await lease()).to.deep.equal(['1']);
    });

    it('are listed newest first, by status, by camera and page by page', async () => {
      await stage.enqueue('1', '2', '1', '3');
      await lease();
      await settle('2', PARKED);
      const cameras = async (filter: Partial<Parameters<typeof stage.repository.list>[0]>) =>
        (await stage.repository.list({ limit: 10, ...filter })).map((row) => row.camera_id);
      expect(await cameras({})).to.deep.equal(['3', '1', '2', '1']);
      expect(await cameras({ status: 'parked' })).to.deep.equal(['2']);
      expect(await cameras({ cameraId: '1' })).to.deep.equal(['1', '1']);
      expect(await cameras({ cameraId: '1', status: 'parked' })).to.deep.equal([]);
      const before = (await stage.repository.list({ limit: 2 })).at(-1)?.sequence;
      expect(await cameras({ before })).to.deep.equal(['2', '1']);
    });

    it('are counted by status', async () => {
      expect(await stage.repository.count()).to.deep.equal({
        pending: 0,
        delivered: 0,
        parked: 0,
        oldestPendingAt: undefined,
      });
      const firstAt = stage.now;
      await stage.enqueue('1', '2');
      stage.now += 1000;
      await stage.enqueue('3', '4');
      await lease();
      await settle('1', DELIVERED);
      await settle('3', PARKED);
      expect(await stage.repository.count()).to.deep.equal({
        pending: 2,
        delivered: 1,
        parked: 1,
        oldestPendingAt: firstAt,
      });
    });

    it('are cleared away a week after they arrived, the others never', async () => {
      await stage.enqueue('1', '2', '3');
      await lease();
      await settle('1', DELIVERED);
      await settle('2', PARKED);
      stage.now += WEEK_MS;
      expect(await stage.repository.prune(stage.now - WEEK_MS)).to.equal(0);
      expect(await stage.repository.prune(stage.now + 1 - WEEK_MS)).to.equal(1);
      expect((await stage.rows()).map((row) => row.camera_id)).to.deep.equal(['2', '3']);
    });
  });
});
