import { expect } from 'chai';
import { LEASE_PATH, type LeaseAnswer, RENEW_MS } from '#shared/worker-lease.ts';
import { RemotePool } from '../../../gateway/remote-workers/remote-pool.ts';
import { neverAnswer, WorkerDouble } from '../../doubles/worker-double.ts';
import { silentLog } from '../../support/serve.ts';
import { waitFor } from '../../support/wait-for.ts';

const ANSWER: LeaseAnswer = {
  ...{ status: 'alive', instance: 'a-process', epoch: 0, name: 'worker-0', capacity: 2, labels: {} },
  ...{ rss: 1, clock: 1, isHeld: false, lapses: 0, suspects: [] },
};

describe('RemotePool', () => {
  it('tells of a worker that answers before it has a lease, since a database gives the lease', async () => {
    const worker = await WorkerDouble.open();
    worker.answers.set(`GET ${LEASE_PATH}`, (_request, response) => response.end(JSON.stringify(ANSWER)));
    const pool = new RemotePool({
      config: { urls: [worker.origin], dns: undefined, secret: worker.token },
      termOf: () => undefined,
      log: silentLog,
    });
    pool.start();
    try {
      await waitFor(() => pool.answers().length === 1, { message: 'the answer' });
      expect(pool.answers()[0]).to.include({ name: 'worker-0', isHeld: false });
      expect(pool.address('worker-0')).to.equal(undefined);
      worker.answers.set(`GET ${LEASE_PATH}`, neverAnswer);
      await waitFor(() => (pool.answers()[0]?.silentMs ?? 0) > RENEW_MS, { message: 'silence' });
    } finally {
      await pool.stop();
      await worker.close();
    }
  });
});
