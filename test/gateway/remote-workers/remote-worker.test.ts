import { expect } from 'chai';
import { LEASE_PATH, type LeaseAnswer, RENEW_MS } from '#shared/worker-lease.ts';
import { RemoteWorker } from '../../../gateway/remote-workers/remote-worker.ts';
import { type Answer, refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ManualClock } from '../jobs/manual-clock.ts';

const ANSWER: LeaseAnswer = {
  ...{ status: 'alive', instance: 'a-process', epoch: 0, name: 'worker-0', capacity: 2, labels: {} },
  ...{ rss: 1, isHeld: true, lapses: 0, suspects: [], clock: 0 },
};

describe('RemoteWorker', () => {
  it('renews twice after a failure, since only the second renewal makes the lease last longer', async () => {
    const double = await WorkerDouble.open();
    let answered = 0;
    const grant: Answer = (_request, response) => {
      answered += 1;
      response.end(JSON.stringify({ ...ANSWER, clock: answered * 1000 }));
    };
    double.answers.set(`GET ${LEASE_PATH}`, grant);
    double.answers.set(`PUT ${LEASE_PATH}`, grant);
    const clock = new ManualClock();
    const endPause = async () => {
      await waitFor(() => clock.waiting > 0, { message: 'a pause' });
      clock.advance(2 * RENEW_MS);
    };
    const worker = new RemoteWorker({
      ...{ origin: double.origin, token: double.token, clock },
      termOf: () => 1,
      onChange: () => {},
      onBroken: () => {},
    });
    /** What the renewals named, in order. */
    const renewals = () =>
      double.requests.filter(({ method }) => method === 'PUT').map(({ body }) => JSON.parse(body).since);
    worker.start();
    try {
      await endPause();
      await waitFor(() => renewals().length === 1, { message: 'the first renewal' });
      double.answers.set(`PUT ${LEASE_PATH}`, refuseWith(500, { code: 'internal', error: 'It broke' }));
      await endPause();
      await waitFor(() => renewals().length === 2, { message: 'the renewal that fails' });
      double.answers.set(`PUT ${LEASE_PATH}`, grant);
      await endPause();
      await waitFor(() => renewals().length === 4, { message: 'two renewals in a row' });
      expect(renewals()).to.deep.equal([1000, 2000, null, 3000]);
    } finally {
      await worker.close();
      await double.close();
    }
  });
});
