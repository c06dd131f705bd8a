import { expect } from 'chai';
import type { CameraStatus } from '#shared/client/api-types.ts';
import { describeCamera, pictureAge, placeWords } from '../../../gateway/dashboard/browser/camera-words.ts';
import { clock } from '../../../gateway/dashboard/browser/format.ts';
import type { ShownCamera, ShownWorker } from '../../../gateway/dashboard/browser/status.ts';

const NOW = 1_700_000_000_000;
const CAMERA = { id: '1', name: 'Gate', enabled: true, worker: 'rtsp-0' } as ShownCamera;
const WORKER = { name: 'rtsp-0', state: 'ready' } as ShownWorker;

function status(change: Partial<CameraStatus>): CameraStatus {
  return { connected: false, state: 'reconnecting', lastFrameTime: null, ...change } as CameraStatus;
}

const describeAs = (given: Partial<CameraStatus> | null, camera = CAMERA, worker: ShownWorker = WORKER) =>
  describeCamera({ camera, status: given === null ? null : status(given), worker, now: NOW });

describe('A camera in words', () => {
  it('is live while pictures come, and then needs no more words', () => {
    expect(describeAs({ connected: true, state: 'live' })).to.deep.equal({
      tone: 'good',
      label: 'Live',
      detail: '',
      advice: '',
      countdown: '',
    });
  });

  it('names the agent that reaches it, and since when that is offline, as clocks show it', () => {
    expect(placeWords({ id: '1', location: 'North side', agent: 'home' })).to.equal(
      'North side · Agent home',
    );
    expect(placeWords({ id: '1', location: '', agent: null })).to.equal('Camera 1');
    const at = new Date(NOW - 1000);
    const detail = `Agent home is offline since ${at.toISOString()}`;
    const words = describeAs({ reason: 'agent-offline', detail, hint: 'Start it.' });
    expect(words).to.include({ tone: 'busy', label: 'Agent offline', advice: 'Start it.', countdown: '' });
    expect(words.detail).to.equal(`Agent home is offline since ${clock(at.getTime(), NOW)}`);
  });

  it('says that as many cameras run as may', () => {
    const words = describeAs({ state: 'reconnecting', reason: 'camera-limit', hint: 'Raise MAX_CAMERAS.' });
    expect(words).to.include({ tone: 'bad', label: 'Too many cameras', countdown: '' });
  });

  it('needs an operator while no worker carries its labels, and counts nothing down', () => {
    const detail = 'No worker with site=berlin';
    const words = describeAs({ reason: 'no-worker-with-labels', detail, hint: 'Start one.' });
    expect(words).to.deep.equal({
      tone: 'bad',
      label: 'No worker',
      detail,
      advice: 'Start one.',
      countdown: '',
    });
  });

  it('never is live on the word of its connection alone', () => {
    expect(describeAs({ connected: false, state: 'live' })).to.include({ tone: 'busy', label: 'Waiting' });
  });

  it('asks for an operator where waiting does not help, with advice and the next retry', () => {
    const words = describeAs({
      state: 'unauthorized',
      reason: 'camera-unauthorized',
      detail: 'The camera refuses the password',
      hint: 'Check user name and password.',
      nextRetryAt: NOW / 1000 + 60,
    });
    expect(words).to.deep.equal({
      tone: 'bad',
      label: 'Wrong password',
      detail: 'The camera refuses the password',
      advice: 'Check user name and password.',
      countdown: 'tries again in 60 s',
    });
  });

  it('counts down while it reconnects', () => {
    const at = (seconds: number) =>
      describeAs({ reason: 'camera-unreachable', nextRetryAt: NOW / 1000 + seconds }).countdown;
    expect([at(12.2), at(1.5), at(0.5)]).to.deep.equal([
      'tries again in 13 s',
      'tries again in 2 s',
      'trying again now',
    ]);
  });

  it('reports that its worker is down', () => {
    expect(describeAs(null, CAMERA, { ...WORKER, state: 'backoff' })).to.include({
      tone: 'busy',
      label: 'Restarting',
    });
    expect(describeAs(null, CAMERA, { ...WORKER, state: 'failed' })).to.include({ tone: 'bad' });
  });

  it('is neither good nor bad when it is switched off', () => {
    expect(describeAs(null, { ...CAMERA, enabled: false })).to.include({
      tone: 'off',
      label: 'Switched off',
    });
  });

  it('has a picture of now, or one of some time ago, or none', () => {
    const age = (seconds: number | null) =>
      pictureAge(status({ lastFrameTime: seconds === null ? null : NOW / 1000 - seconds }), NOW);
    expect([age(0.1), age(10), age(600), age(null)]).to.deep.equal([
      'just now',
      '10 s ago',
      '10 min ago',
      '',
    ]);
  });
});
