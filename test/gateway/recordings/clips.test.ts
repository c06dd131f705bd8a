import type { Server } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import type { EventState } from '../../../gateway/events/event.ts';
import { Clips } from '../../../gateway/recordings/clips.ts';
import type { WorkerAddress } from '../../../gateway/worker-access/worker-address.ts';
import { portOf, serve, silentLog } from '../../support/serve.ts';

const START = Date.UTC(2026, 10, 30, 10);
const CLIP = { beforeMs: 10_000, afterMs: 20_000, keepMs: 7 * 86_400_000 };
const EVENT: EventState = {
  ...{ id: 'e1', cameraId: 'yard', kind: 'motion', label: 'motion', score: 1, data: {} },
  ...{ startedAt: START, updatedAt: START + 5000, endedAt: START + 5000 },
};

describe('Clips of events', () => {
  let worker: Server;
  let orders: unknown[];
  let saved: unknown[];
  let isReady: boolean;
  let isOwn: boolean;
  let isContinuous: boolean;

  before(async () => {
    const app = express().use(express.json());
    app.post('/internal/recording/yard/store', (req, res) => {
      orders.push(req.body);
      res.status(204).end();
    });
    worker = await serve(app);
  });
  beforeEach(() => {
    [orders, saved] = [[], []];
    [isReady, isOwn, isContinuous] = [true, true, false];
  });
  after(() => void worker.close());

  const open = (): Clips =>
    new Clips({
      routing: {
        findOwner: () => {
          const address = { name: 'agent-home', origin: `http://127.0.0.1:${portOf(worker)}`, token: 't' };
          return isReady ? (address as WorkerAddress) : undefined;
        },
      },
      repository: { saveClip: async (id, range) => void saved.push({ id, ...range }) },
      planOf: () => ({ cameraId: 'yard', isContinuous, ringSeconds: 20, keepMs: 0 }),
      hasOwnDisk: () => isOwn,
      isWhole: () => false,
      clip: CLIP,
      log: silentLog,
    });
  const range = { from: START - 10_000, to: START + 25_000 };
  const kept = { clip: { id: 'e1', ...range, keepUntil: START + CLIP.keepMs } };

  it('tell a worker with a disk of its own how long a time is needed', async () => {
    const clips = open();
    clips.take(EVENT);
    await clips.settled();
    expect(orders).to.deep.equal([{ from: range.from, until: range.to, ...kept }]);
    expect(saved).to.deep.equal([{ id: 'e1', ...range }]);
  });

  it('tell it also where all is recorded anyway, and any other worker nothing', async () => {
    isContinuous = true;
    for (isOwn of [true, false]) {
      const clips = open();
      clips.take(EVENT);
      await clips.settled();
    }
    expect(orders.length).to.equal(1);
    expect(saved.length).to.equal(2);
  });

  it('wait for a worker that is away, and are kept when it is back', async () => {
    const clips = open();
    isReady = false;
    clips.take(EVENT);
    await clips.settled();
    expect([orders, saved]).to.deep.equal([[], []]);
    isReady = true;
    clips.retry();
    await clips.settled();
    expect(orders.length).to.equal(1);
    expect(saved).to.deep.equal([{ id: 'e1', ...range }]);
    clips.retry();
    await clips.settled();
    expect(orders.length).to.equal(1);
  });
});
