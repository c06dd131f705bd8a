import { once } from 'node:events';
import { expect } from 'chai';
import type { PtzTask } from '#shared/contract/ptz.ts';
import { PtzTasks } from '../../../gateway/ptz/ptz-tasks.ts';
import { SharedTasks } from '../../../gateway/ptz/shared-tasks.ts';
import { TaskRepository } from '../../../gateway/ptz/task-repository.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { rejection } from '../../support/errors.ts';
import { silentLog } from '../../support/serve.ts';
import { createPostgresDatabase, HAS_POSTGRES, openPostgresAt } from '../../support/stores.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Runs until it is ended. */
const endless = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort');
};
const follow = { cameraId: '1', kind: 'follow', run: endless } as const;
const automatic = { cameraId: '1', kind: 'preset', isAutomatic: true, run: async () => {} } as const;

describe('Acts of cameras at two gateways on one database', () => {
  let store: Store;
  let a: PtzTasks;
  let b: PtzTasks;
  let databaseUrl: string;

  before(async function () {
    if (!HAS_POSTGRES) {
      if (process.env.CI_PEERS === 'required') throw new Error('TEST_DATABASE_URL is not set');
      this.skip();
    }
    databaseUrl = await createPostgresDatabase();
    store = await openPostgresAt(databaseUrl);
  });
  after(() => store?.close());
  beforeEach(() => {
    const open = () => new PtzTasks(silentLog, new SharedTasks({ store, log: silentLog }));
    [a, b] = [open(), open()];
  });
  afterEach(async () => {
    await Promise.all([a?.close(), b?.close()]);
    await store.db.deleteFrom('ptz_tasks').execute();
  });

  it('are told by both, with what a tour has reported so far', async () => {
    expect(await b.get('1')).to.equal(undefined);
    const stop = {
      preset: '2',
      at: new Date().toISOString(),
      answer: 'A gate.',
      error: null,
      frameUrl: null,
    };
    const { task } = await a.start({
      ...{ cameraId: '1', kind: 'tour' },
      run: async (signal, report) => {
        report.phase('preset 2');
        report.stop(stop);
        await endless(signal);
      },
    });
    await waitFor(async () => (await b.get('1'))?.phase === 'preset 2');
    expect(await b.get('1')).to.deep.include({ id: task.id, state: 'running', stops: [stop] });
  });

  it('are ended by a command at the other one, which waits until the camera stands', async () => {
    let hasStopped = false;
    const { ended } = await a.start({
      ...follow,
      run: async (signal) => {
        await endless(signal);
        hasStopped = true;
      },
    });
    await b.interrupt('1');
    expect(hasStopped).to.equal(true);
    expect(await rejection(ended)).to.include({ code: 'ptz-interrupted' });
    for (const tasks of [a, b])
      expect(await tasks.get('1')).to.include({ state: 'cancelled', reason: 'operator' });
  });

  it('are replaced by an act at the other one: never two move a camera', async () => {
    const moving = new Set<number>();
    let most = 0;
    const act = (tasks: PtzTasks, index: number) =>
      tasks.start({
        ...follow,
        run: async (signal) => {
          moving.add(index);
          most = Math.max(most, moving.size);
          await endless(signal);
          moving.delete(index);
        },
      });
    await Promise.all([a, b, a, b].map(act));
    expect({ most, now: moving.size }).to.deep.equal({ most: 1, now: 1 });
    await b.interrupt('1');
    expect(moving.size).to.equal(0);
  });

  it('give way where they are automatic: to a task and to a command at the other one', async () => {
    await a.start(follow);
    expect(await rejection(b.start(automatic))).to.include({ code: 'ptz-busy' });
    await a.interrupt('1');
    const refused = await rejection(b.start(automatic));
    expect(refused).to.include({ code: 'ptz-busy' });
    expect(refused.retryAfter).to.be.within(20, 30);
    const { ended } = await b.start({ ...automatic, cameraId: '2' });
    await ended;
    expect(await a.get('2')).to.include({ kind: 'preset', state: 'done' });
  });

  it('are over when their gateway does not renew them in time', async () => {
    const announcedAt = new Date().toISOString();
    const task: PtzTask = {
      ...{ id: 'of a dead gateway', kind: 'tour', state: 'running', phase: 'preset 1' },
      ...{ announcedAt, startsAt: announcedAt, endedAt: null, reason: null, stops: [] },
    };
    await new TaskRepository(store).begin('3', task, { leaseMs: 1, restMs: 0 });
    await waitFor(async () => (await a.get('3'))?.state === 'cancelled');
    expect(await a.get('3')).to.include({ id: task.id, reason: 'gateway-gone', phase: null });
    expect((await a.start({ ...follow, cameraId: '3' })).task.state).to.equal('running');
  });

  it('end where another gateway has taken the camera meanwhile', async () => {
    const { task } = await a.start({ ...follow, cameraId: '5' });
    await store.db
      .updateTable('ptz_tasks')
      .set({ id: 'of another gateway' })
      .where('camera_id', '=', '5')
      .execute();
    await waitFor(() => task.state === 'cancelled');
    expect(task.reason).to.equal('replaced');
  });

  it('end where the database does not answer: another gateway may begin one', async () => {
    const other = await openPostgresAt(databaseUrl);
    const shared = new SharedTasks({ store: other, log: silentLog, leaseMs: 600 });
    const tasks = new PtzTasks(silentLog, shared);
    const { task } = await tasks.start({ ...follow, cameraId: '4' });
    await other.close();
    await waitFor(() => task.state === 'cancelled');
    expect(task.reason).to.equal('storage-unavailable');
    await tasks.interrupt('4');
    await tasks.close();
  });
});
