import { expect } from 'chai';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';

describe('createLogger', () => {
  it('writes one JSON line per entry, with name, level and time', () => {
    const lines: string[] = [];
    const log = createLogger({
      name: 'rtsp-0',
      level: 'info',
      redactor: new Redactor(),
      write: (line) => void lines.push(line),
    });
    log.debug('not written');
    log.info({ port: 8082 }, 'ready');
    expect(lines).to.have.length(1);
    expect(lines[0]?.endsWith('\n')).to.equal(true);
    const { time, ...entry } = JSON.parse(lines[0] as string);
    expect(entry).to.deep.equal({ level: 30, name: 'rtsp-0', port: 8082, msg: 'ready' });
    expect(new Date(time).toISOString()).to.equal(time);
  });

  it('lets no secret out: not by its field, not by its value, not in a URL or an error', () => {
    const lines: string[] = [];
    const redactor = new Redactor();
    redactor.add('v4lueCanary');
    const log = createLogger({ name: 'x', level: 'info', redactor, write: (line) => void lines.push(line) });
    log.info({
      password: 'fieldCanary',
      source: { token: 'fieldCanary' },
      deep: { er: { password: 'fieldCanary' } },
    });
    log.child({ camera: 'v4lueCanary' }).warn('uses v4lueCanary');
    log.error({ err: new Error('cannot open rtsp://u:urlCanary@host/1 v4lueCanary') });
    expect(lines).to.have.length(3);
    expect(lines.join('')).to.not.match(/Canary/);
  });
});
