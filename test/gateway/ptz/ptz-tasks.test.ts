import { once } from 'node:events';
import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { PtzTasks } from '../../../gateway/ptz/ptz-tasks.ts';
import { rejection } from '../../support/errors.ts';
import { silentLog } from '../../support/serve.ts';

/** Runs until it is ended. */
const endless = async (signal: AbortSignal): Promise<string> => {
  if (!signal.aborted) await once(signal, 'abort');
  return 'cancelled';
};

describe('PtzTasks', () => {
  let tasks: PtzTasks;

  beforeEach(() => {
    tasks = new PtzTasks(silentLog);
  });
  afterEach(() => tasks.close());

  it('tells what a camera does, and what it did last', async () => {
    expect(await tasks.get('1')).to.equal(undefined);
    const { ended } = await tasks.start({
      cameraId: '1',
      kind: 'tour',
      run: async (_signal, report) => report.phase('preset 2'),
      reasonOf: () => 'all seen',
    });
    await ended;
    expect(await tasks.get('1')).to.deep.include({
      kind: 'tour',
      state: 'done',
      reason: 'all seen',
      phase: null,
    });
    expect((await tasks.get('1'))?.endedAt).to.be.a('string');
  });

  it('announces, and can be cancelled before the first move', async () => {
    let hasRun = false;
    const { task, ended } = await tasks.start({
      cameraId: '1',
      kind: 'follow',
      announceSeconds: 60,
      run: async () => {
        hasRun = true;
      },
    });
    expect(task.state).to.equal('announced');
    expect(Date.parse(task.startsAt) - Date.parse(task.announcedAt)).to.equal(60_000);
    await tasks.interrupt('1');
    expect(await rejection(ended)).to.include({ code: 'ptz-interrupted' });
    expect({ ...(await tasks.get('1')), hasRun }).to.include({
      state: 'cancelled',
      reason: 'operator',
      hasRun: false,
    });
  });

  it('ends a task when a person moves the camera, and waits until it has stopped', async () => {
    let hasStopped = false;
    await tasks.start({
      cameraId: '1',
      kind: 'follow',
      run: async (signal) => {
        await endless(signal);
        hasStopped = true;
      },
    });
    await tasks.interrupt('1');
    expect(hasStopped).to.equal(true);
    expect((await tasks.get('1'))?.state).to.equal('cancelled');
  });

  it('replaces a task by a newer one', async () => {
    const first = await tasks.start({ cameraId: '1', kind: 'follow', run: endless });
    const second = await tasks.start({ cameraId: '1', kind: 'tour', run: endless });
    expect(first.task).to.include({ state: 'cancelled', reason: 'replaced' });
    expect(second.task.state).to.equal('running');
  });

  it('lets a rule neither end a task nor move a camera that a person moved a moment ago', async () => {
    const automatic = { cameraId: '1', kind: 'preset', isAutomatic: true, run: async () => {} } as const;
    await tasks.start({ cameraId: '1', kind: 'follow', run: endless });
    expect(await rejection(tasks.start(automatic))).to.include({ code: 'ptz-busy' });
    await tasks.interrupt('1');
    const refused = await rejection(tasks.start(automatic));
    expect(refused).to.include({ code: 'ptz-busy' });
    expect(refused.retryAfter).to.be.within(10, 30);
    const elsewhere = await tasks.start({ ...automatic, cameraId: '2' });
    await elsewhere.ended;
  });

  it('tells why a task failed', async () => {
    const { ended } = await tasks.start({
      cameraId: '1',
      kind: 'tour',
      run: () => Promise.reject(new AppError('control-refused', 'No')),
    });
    await rejection(ended);
    expect(await tasks.get('1')).to.include({ state: 'failed', reason: 'control-refused' });
  });
});
