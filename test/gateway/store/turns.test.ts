import { expect } from 'chai';
import type { Store } from '../../../gateway/store/store.ts';
import { Turns } from '../../../gateway/store/turns.ts';
import { onEveryEngine } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';

const LONG_MS = 60_000;

describe('The turn of a job', () => {
  onEveryEngine((open) => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });

    it('belongs to one of several gateways on PostgreSQL; on SQLite there is one, which asks no database', async () => {
      const gateways = [new Turns(store), new Turns(store), new Turns(store)];
      const taken = await Promise.all(gateways.map((turns) => turns.take('tidy', LONG_MS)));
      const rows = await store.db.selectFrom('job_turns').selectAll().execute();
      const isShared = store.engine === 'postgres';
      expect([taken.filter(Boolean).length, rows.length]).to.deep.equal(isShared ? [1, 1] : [3, 0]);
      expect(await Promise.all(gateways.map((turns) => turns.take('tidy', LONG_MS)))).to.deep.equal(taken);
    });

    it('is of each job by itself', async () => {
      const [first, second] = [new Turns(store), new Turns(store)];
      expect(await first.take('tidy', LONG_MS)).to.equal(true);
      expect(await second.take('sync', LONG_MS)).to.equal(true);
    });

    it('goes to another gateway when its holder closes', async () => {
      const [first, second] = [new Turns(store), new Turns(store)];
      await first.take('tidy', LONG_MS);
      await first.close();
      expect(await second.take('tidy', LONG_MS)).to.equal(true);
    });

    it('goes to another gateway when its holder does not ask again in time', async () => {
      const [first, second] = [new Turns(store), new Turns(store)];
      await first.take('tidy', 50);
      await waitFor(() => second.take('tidy', LONG_MS));
      if (store.engine === 'postgres') expect(await first.take('tidy', LONG_MS)).to.equal(false);
    });
  });
});
