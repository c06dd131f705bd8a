import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLogger } from '#shared/logger.ts';
import { Redactor } from '#shared/redact.ts';
import { RunRegistry } from '../../../gateway/supervisor/run-registry.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { isRunning } from './harness.ts';

describe('RunRegistry', () => {
  const log = createLogger({ name: 'test', level: 'silent', redactor: new Redactor() });
  let directory: string;
  let file: string;
  let child: ChildProcess;
  let pid: number;

  beforeEach(async () => {
    directory = join(temporaryFolder(), 'run');
    file = join(directory, 'rtsp-0.json');
    child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    await once(child, 'spawn');
    pid = child.pid as number;
    new RunRegistry(directory, log).record('rtsp-0', { pid, instance: 'nonce', port: 8082 });
  });

  afterEach(() => void child.kill('SIGKILL'));

  function change(fields: object): void {
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...fields }));
  }

  it('ends the recorded processes and returns their pids', async () => {
    expect(await new RunRegistry(directory, log).reapOrphans()).to.deep.equal([pid]);
    expect(isRunning(pid)).to.equal(false);
    expect(existsSync(file)).to.equal(false);
  });

  it('spares a process that has the number of a remembered one by chance', async () => {
    change({ startTime: '1' });
    expect(await new RunRegistry(directory, log).reapOrphans()).to.deep.equal([]);
    expect(isRunning(pid)).to.equal(true);
    expect(existsSync(file)).to.equal(false);
  });

  it('spares a process with another command line', async () => {
    change({ command: 'node workers/rtsp/main.ts' });
    expect(await new RunRegistry(directory, log).reapOrphans()).to.deep.equal([]);
    expect(isRunning(pid)).to.equal(true);
  });

  it('knows a process again that setpriv has become', async () => {
    change({ command: 'setpriv --pdeathsig KILL sleep 600' });
    expect(await new RunRegistry(directory, log).reapOrphans()).to.deep.equal([pid]);
  });

  it('passes over a record that was cut off, and over a directory that is not there', async () => {
    writeFileSync(file, '{"pid": 1');
    expect(await new RunRegistry(directory, log).reapOrphans()).to.deep.equal([]);
    expect(await new RunRegistry(join(directory, 'none'), log).reapOrphans()).to.deep.equal([]);
  });

  it('does its work once, however often it is asked', async () => {
    const registry = new RunRegistry(directory, log);
    expect(registry.reapOrphans()).to.equal(registry.reapOrphans());
    await registry.reapOrphans();
  });

  it('does without, where nothing can be written', () => {
    const blocked = join(file, 'run');
    expect(() =>
      new RunRegistry(blocked, log).record('rtsp-0', { pid, instance: 'nonce', port: 8082 }),
    ).not.to.throw();
  });
});
