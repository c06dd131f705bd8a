import { expect } from 'chai';
import type { Clock } from '#shared/clock.ts';
import { LEASE_PATH, type LeaseAnswer, RENEW_MS } from '#shared/worker-lease.ts';
import { RemoteWorker } from '../../../gateway/remote-workers/remote-worker.ts';
import { type Answer, refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
import { waitFor } from '../../support/wait-for.ts';

const ANSWER: LeaseAnswer = {
  ...{ status: 'alive', instance: 'a-process', epoch: 0, name: 'worker-0', capacity: 2, labels: {} },
  ...{ rss: 1, isHeld: true, lapses: 0, suspects: [], clock: 0 },
};

/** Pauses end when the test says so. */
class Pauses implements Clock {
  #run: (() => void) | undefined;

  now(): number {
    return 0;
  }

  after(_ms: number, run: () => void): () => void {
    this.#run = run;
    return () => {
      this.#run = undefined;
    };
  }

  async end(): Promise<void> {
    const run = await waitFor(() => this.#run, { timeoutMs: RENEW_MS * 5, message: 'a pause' });
    this.#run = undefined;
    run();
  }
}

describe('RemoteWorker', () => {
  it('renews twice after a failure, since only the second renewal makes the lease last longer', async () => {
    const double = await WorkerDouble.open();
    let clock = 0;
    const grant: Answer = (_request, response) => {
      clock += 1000;
      response.end(JSON.stringify({ ...ANSWER, clock }));
    };
    double.answers.set(`GET ${LEASE_PATH}`, grant);
    double.answers.set(`PUT ${LEASE_PATH}`, grant);
    const pauses = new Pauses();
    const worker = new RemoteWorker({
      ...{ origin: double.origin, token: double.token, clock: pauses },
      termOf: () => 1,
      onChange: () => {},
      onBroken: () => {},
    });
    /** What the renewals named, in order. */
    const renewals = () =>
      double.requests.filter(({ method }) => method === 'PUT').map(({ body }) => JSON.parse(body).since);
    worker.start();
    try {
      await pauses.end();
      await waitFor(() => renewals().length === 1, { message: 'the first renewal' });
      double.answers.set(`PUT ${LEASE_PATH}`, refuseWith(500, { code: 'internal', error: 'It broke' }));
      await pauses.end();
      await waitFor(() => renewals().length === 2, { message: 'the renewal that fails' });
      double.answers.set(`PUT ${LEASE_PATH}`, grant);
      await pauses.end();
      await waitFor(() => renewals().length === 4, { timeoutMs: 5000, message: 'two renewals in a row' });
      expect(renewals()).to.deep.equal([1000, 2000, null, 3000]);
    } finally {
      await worker.close();
      await double.close();
    }
  });
});
