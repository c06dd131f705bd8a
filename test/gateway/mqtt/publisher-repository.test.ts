import { mock } from 'node:test';
import { expect } from 'chai';
import { EventRepository } from '../../../gateway/events/event-repository.ts';
import { PublisherRepository } from '../../../gateway/mqtt/publisher-repository.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { onEveryEngine } from '../../support/stores.ts';

const NOW = 1_800_000_000_000;
const LEASE_MS = 20_000;

describe('The turn to publish', () => {
  onEveryEngine((open) => {
    let store: Store;
    let now: number;

    afterEach(() => mock.timers.reset());
    beforeEach(async () => {
      store = await open();
      now = NOW;
    });

    const publisher = (owner: string) =>
      new PublisherRepository({ store, name: 'gateway', owner, leaseMs: LEASE_MS, now: () => now });

    it('is one gateway’s, until it leaves or is lost', async () => {
      const [first, second] = [publisher('first'), publisher('second')];
      expect(await first.take()).to.equal(true);
      expect(await second.take()).to.equal(false);
      now += LEASE_MS - 1;
      expect(await first.take()).to.equal(true);
      now += LEASE_MS;
      expect(await second.take()).to.equal(true);
      expect(await first.take()).to.equal(false);
      await second.release();
      expect(await first.take()).to.equal(true);
    });

    it('is timed by the database, whose clock is that of the gateway on SQLite only', async () => {
      const owned = (owner: string) =>
        new PublisherRepository({ store, name: 'gateway', owner, leaseMs: LEASE_MS });
      expect(await owned('first').take()).to.equal(true);
      mock.timers.enable({ apis: ['Date'], now: Date.now() + 10 * LEASE_MS });
      expect(await owned('second').take()).to.equal(store.engine === 'sqlite');
    });

    it('is not lost for as long as the clock was set back', async () => {
      await publisher('first').take();
      now -= 10 * LEASE_MS;
      expect(await publisher('second').take()).to.equal(true);
    });

    it('begins with the events of after its first start, and goes on where it was', async () => {
      const events = new EventRepository(store);
      const at = { startedAt: NOW, updatedAt: NOW, endedAt: NOW };
      const common = { cameraId: '1', kind: 'motion', label: 'motion', score: null, data: {}, ...at };
      await events.save({ ...common, id: 'before' });
      const first = publisher('first');
      await first.take();
      const position = await first.position();
      await events.save({ ...common, id: 'after' });
      const fresh = await events.changedAfter(position, 10);
      expect(fresh.map(({ id }) => id)).to.deep.equal(['after']);
      await first.advance(fresh[0]?.change as number);
      await first.release();
      const second = publisher('second');
      await second.take();
      expect(await second.position()).to.equal(fresh[0]?.change);
    });

    it('lets a gateway that lost it note nothing', async () => {
      const [first, second] = [publisher('first'), publisher('second')];
      await first.take();
      const position = await first.position();
      now += LEASE_MS;
      await second.take();
      await first.advance(position + 1);
      expect(await second.position()).to.equal(position);
    });
  });
});
