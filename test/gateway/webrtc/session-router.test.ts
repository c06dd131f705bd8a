import { expect } from 'chai';
import { SESSION_NUMBER_HEADER } from '#shared/worker-protocol.ts';
import { SessionRouter } from '../../../gateway/webrtc/session-router.ts';
import { FakePool } from '../../doubles/fake-pool.ts';
import { WorkerDouble } from '../../doubles/worker-double.ts';
import { routingTo } from '../../support/routing.ts';
import { silentLog } from '../../support/serve.ts';

const CLIENT = { principal: undefined, address: '192.0.2.1', key: undefined, isLocal: false };

describe('Sessions that several gateways open at one worker', () => {
  it('have different ids, since a worker ends a session whose id is taken by another one', async () => {
    const worker = await WorkerDouble.open();
    const pool = new FakePool(['rtsp-0']);
    pool.bringUp('rtsp-0', worker);
    const numbers: unknown[] = [];
    worker.answers.set('POST /whep/1', (request, response) => {
      numbers.push(request.headers[SESSION_NUMBER_HEADER]);
      response.end();
    });
    try {
      const options = { routing: routingTo(pool), log: silentLog };
      for (const isShared of [true, true, false, false]) {
        const router = new SessionRouter({ ...options, isShared });
        for (const _ of [1, 2]) await router.open('1', '/whep', { method: 'POST', client: CLIENT });
      }
      expect(new Set(numbers.slice(0, 4)).size).to.equal(4);
      for (const number of numbers) expect(number).to.match(/^\d{1,15}$/);
      expect(numbers.slice(4)).to.deep.equal(['0', '1', '0', '1']);
    } finally {
      await worker.close();
    }
  });
});
