import { expect } from 'chai';
import { onEveryEngine } from '../../support/stores.ts';
import { DeliveryStage, LEASE_MS } from './harness.ts';

const HOUR_MS = 3_600_000;
const WAIT_MS = 5000;

describe('Leases of deliveries when the clock is set back', () => {
  onEveryEngine((open) => {
    let stage: DeliveryStage;
    beforeEach(async () => {
      stage = new DeliveryStage(await open());
    });

    const exchange = (leases: ReturnType<DeliveryStage['leases']>, settlements: object[] = []) =>
      leases.exchange({ settlements: settlements as never, limit: 10, inHand: [], now: stage.now });

    it('wait no longer than their schedule says from now on', async () => {
      const leases = stage.leases('sender');
      await stage.enqueue('gate');
      const [taken] = (await exchange(leases)).leased;
      const record = { attempts: 1, status: 503, error: 'failed', response: null };
      const { id } = taken as { id: string };
      const retry = {
        kind: 'retry',
        id,
        cameraId: 'gate',
        queue: 'gate',
        at: stage.now + WAIT_MS,
        ...record,
      };
      await exchange(leases, [retry]);
      stage.now -= HOUR_MS;
      expect((await exchange(leases)).nextDueAt).to.equal(stage.now + WAIT_MS);
      stage.now += WAIT_MS;
      expect((await exchange(leases)).leased.map((lease) => lease.id)).to.deep.equal([id]);
    });

    it('are due immediately if they were due before, also at a gateway that starts after the change', async () => {
      await stage.enqueue('gate');
      stage.now -= HOUR_MS;
      expect((await exchange(stage.leases('next'))).leased).to.have.length(1);
    });

    it('end as soon as ever after a sender that was killed', async () => {
      await stage.enqueue('gate');
      await exchange(stage.leases('killed'));
      stage.now -= HOUR_MS;
      const heir = stage.leases('heir');
      expect((await exchange(heir)).leased).to.deep.equal([]);
      stage.now += LEASE_MS;
      expect((await exchange(heir)).leased).to.have.length(1);
    });
  });
});
