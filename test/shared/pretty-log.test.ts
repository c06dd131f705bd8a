import { expect } from 'chai';
import { AppError } from '#shared/errors.ts';
import { createLogger, type Logger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';

describe('A log for people', () => {
  let lines: string[];
  let log: Logger;

  beforeEach(() => {
    lines = [];
    const redactor = new Redactor();
    redactor.add('v4lueCanary');
    // The time of day is the machine's.
    const write = (line: string): void => void lines.push(line.replace(/^\d\d:\d\d:\d\d /, ''));
    log = createLogger({ name: 'gateway', level: 'info', redactor, isPretty: true, write });
  });

  it('has a sentence with its facts in a line', () => {
    log.info({ worker: 'rtsp-0', port: 8082 }, 'worker is ready');
    log.warn({ left: [1, 2] }, 'something waits');
    expect(lines).to.deep.equal([
      'worker is ready (worker rtsp-0, port 8082)\n',
      'warning something waits (left [1,2])\n',
    ]);
  });

  it('tells how a camera is, and why', () => {
    log.info({ worker: 'rtsp-0', cameraId: 'gate', state: 'live' }, 'camera state');
    log.warn(
      { cameraId: 'gate', state: 'reconnecting', reason: 'camera-timeout', detail: 'No answer' },
      'camera state',
    );
    expect(lines).to.deep.equal([
      'camera gate is live\n',
      'warning camera gate is lost and will be tried again: No answer\n',
    ]);
  });

  it('tells a request and its answer', () => {
    const facts = { req: { id: 'x', method: 'GET', path: '/a' }, res: { status: 502 }, responseTime: 3 };
    log.warn({ ...facts, err: new AppError('worker-failed', 'It ended') }, 'request errored');
    expect(lines).to.deep.equal(['warning GET /a answered 502 after 3 ms: It ended\n']);
  });

  it('shows a stack only of errors without a code', () => {
    log.error({ err: new AppError('worker-failed', 'It ended') }, 'no luck');
    log.error({ err: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }, 'no way');
    log.error({ err: new Error('a fault of ours') }, 'failed');
    expect(lines.map((line) => line.split('\n').length)).to.deep.equal([2, 2, lines[2]?.split('\n').length]);
    expect(lines[2]).to.match(/^error failed: a fault of ours\nError: a fault of ours\n {4}at /);
  });

  it('lets no secret out', () => {
    log.info({ password: 'fieldCanary', why: 'v4lueCanary' }, 'v4lueCanary');
    expect(lines.join('')).not.to.match(/Canary/);
  });
});
