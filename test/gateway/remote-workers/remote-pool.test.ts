import { expect } from 'chai';
import { pino } from 'pino';
import { LEASE_PATH, type LeaseAnswer, RENEW_MS } from '#shared/worker-lease.ts';
import { RemotePool } from '../../../gateway/remote-workers/remote-pool.ts';
import { neverAnswer, refuseWith, WorkerDouble } from '../../doubles/worker-double.ts';
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

  it('names a worker that ends in order no more, while it still answers', async () => {
    const worker = await WorkerDouble.open();
    let answer: LeaseAnswer = { ...ANSWER, isHeld: true };
    for (const method of ['GET', 'PUT'])
      worker.answers.set(`${method} ${LEASE_PATH}`, (_request, response) =>
        response.end(JSON.stringify(answer)),
      );
    const pool = new RemotePool({
      config: { urls: [worker.origin], dns: undefined, secret: worker.token },
      termOf: () => 1,
      log: silentLog,
    });
    const told: string[] = [];
    pool.onNames((names) => told.push(names.join()));
    pool.start();
    try {
      await waitFor(() => pool.address('worker-0') !== undefined, { message: 'the worker' });
      answer = { ...answer, isEnding: true };
      await waitFor(() => told.length === 2, { message: 'its end' });
      expect(told).to.deep.equal(['worker-0', '']);
      expect(pool.address('worker-0')?.name).to.equal('worker-0');
      answer = { ...ANSWER, isHeld: true, instance: 'the next process' };
      await waitFor(() => pool.names.includes('worker-0'), { message: 'the next process' });
    } finally {
      await pool.stop();
      await worker.close();
    }
  });

  for (const [what, answer, reason] of [
    [
      'refuses the secret',
      [401, { code: 'unauthorized', error: 'This worker serves its gateway only' }],
      'it does not take the WORKER_SECRET of this gateway',
    ],
    ['is none', [200, '<html>'], 'gave no usable answer'],
  ] as const) {
    it(`says once why a worker cannot be used that ${what}`, async () => {
      const worker = await WorkerDouble.open();
      let asked = 0;
      worker.answers.set(`GET ${LEASE_PATH}`, (_request, response) => {
        asked += 1;
        response.writeHead(answer[0]).end(JSON.stringify(answer[1]));
      });
      const lines: { origin: string; reason: string }[] = [];
      const pool = new RemotePool({
        config: { urls: [worker.origin], dns: undefined, secret: worker.token },
        termOf: () => undefined,
        log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
      });
      pool.start();
      try {
        await waitFor(() => asked >= 4, { message: 'four probes' });
        expect(lines).to.have.length(1);
        expect([lines[0]?.origin, lines[0]?.reason.endsWith(reason)]).to.deep.equal([worker.origin, true]);
      } finally {
        await pool.stop();
        await worker.close();
      }
    });
  }

  it('has a worker that another gateway keeps by now, as one whose database is away does not know', async () => {
    const worker = await WorkerDouble.open();
    const held = JSON.stringify({ ...ANSWER, isHeld: true });
    worker.answers.set(`GET ${LEASE_PATH}`, (_request, response) => response.end(held));
    worker.answers.set(`PUT ${LEASE_PATH}`, refuseWith(409, { code: 'stale-order', error: 'Another one' }));
    const pool = new RemotePool({
      config: { urls: [worker.origin], dns: undefined, secret: worker.token },
      termOf: () => 1,
      log: silentLog,
    });
    const downs: string[] = [];
    pool.onDown((name) => downs.push(name));
    pool.start();
    const refusals = () => worker.requests.filter(({ method }) => method === 'PUT').length;
    try {
      await waitFor(() => refusals() >= 3, { message: 'three refusals' });
      expect(pool.address('worker-0')).to.include({ name: 'worker-0', term: 1 });
      expect(downs).to.deep.equal([]);
    } finally {
      await pool.stop();
      await worker.close();
    }
  });
});
