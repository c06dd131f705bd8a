import { expect } from 'chai';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { RecentWarnings } from '../../../gateway/health/recent-warnings.ts';

describe('The recent warnings', () => {
  let warnings: RecentWarnings;
  let redactor: Redactor;

  beforeEach(() => {
    warnings = new RecentWarnings();
    redactor = new Redactor();
  });

  const open = () =>
    createLogger({
      ...{ name: 'gateway', level: 'info', redactor, write: () => {} },
      onLine: (line) => warnings.take(line),
    });

  it('are warnings and errors, newest first, with the process and the camera they are about', () => {
    const log = open();
    log.info('all is well');
    log.warn({ cameraId: 'gate', state: 'unauthorized' }, 'camera state');
    log.child({ worker: 'rtsp-0' }).error({ err: new Error('no memory') }, 'the decoder failed');
    expect(warnings.list().map(({ at: _at, ...entry }) => entry)).to.deep.equal([
      { level: 'error', process: 'rtsp-0', message: 'the decoder failed: no memory' },
      {
        level: 'warning',
        process: 'gateway',
        message: 'camera gate refuses the username or password',
        cameraId: 'gate',
      },
    ]);
    expect(Date.parse(warnings.list()[0]?.at ?? '')).to.be.above(0);
  });

  it('hold no secrets', () => {
    redactor.add('s3cret-token');
    open().warn('the camera at rtsp://admin:pass@10.0.0.9/1 refused s3cret-token');
    const [{ message } = { message: '' }] = warnings.list();
    expect(message).to.not.include('s3cret').and.not.include('pass@');
  });

  it('are bounded in number and length', () => {
    const log = open();
    for (let index = 0; index < 250; index += 1) log.warn(`${index} ${'x'.repeat(2000)}`);
    const list = warnings.list();
    expect(list.length).to.equal(200);
    expect(list[0]?.message.startsWith('249 ')).to.equal(true);
    expect(Math.max(...list.map(({ message }) => message.length))).to.be.at.most(501);
  });
});
