import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { OnDemandWorker } from '../../../gateway/supervisor/on-demand-worker.ts';
import { waitFor } from '../../support/wait-for.ts';

/** A pool that remembers what it was asked. */
function recordingPool() {
  const asked: string[] = [];
  return {
    asked,
    startWorker: (name: string) => void asked.push(`start ${name}`),
    retireWorker: async (name: string) => void asked.push(`stop ${name}`),
  };
}

describe('A worker on demand', () => {
  it('is started once while it is needed', () => {
    const pool = recordingPool();
    const worker = new OnDemandWorker({ pool, worker: 'analysis' });
    worker.isNeeded = true;
    worker.isNeeded = true;
    worker.close();
    expect(pool.asked).to.deep.equal(['start analysis']);
  });

  it('is stopped when it was not needed for a while', async () => {
    const pool = recordingPool();
    const worker = new OnDemandWorker({ pool, worker: 'analysis', idleMs: 1 });
    worker.isNeeded = true;
    worker.isNeeded = false;
    await waitFor(() => pool.asked.length === 2);
    expect(pool.asked).to.deep.equal(['start analysis', 'stop analysis']);
  });

  it('is kept when it is needed again before that', async () => {
    const pool = recordingPool();
    const worker = new OnDemandWorker({ pool, worker: 'analysis', idleMs: 20 });
    worker.isNeeded = true;
    worker.isNeeded = false;
    worker.isNeeded = true;
    await delay(40);
    worker.close();
    expect(pool.asked).to.not.include('stop analysis');
  });
});
