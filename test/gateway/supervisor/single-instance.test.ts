import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { lockDirectory, SecondInstanceError } from '../../../gateway/supervisor/single-instance.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { fixture } from './harness.ts';

interface Round {
  directory: string;
  at: number;
}

describe('lockDirectory', () => {
  const racers: ChildProcess[] = [];

  function race(rounds: Round[]): { racer: ChildProcess; won: Promise<string[]> } {
    const racer = fork(fileURLToPath(fixture('races-for-lock')), [JSON.stringify(rounds)]);
    racers.push(racer);
    return { racer, won: once(racer, 'message').then(([won]) => won as string[]) };
  }

  afterEach(() => {
    for (const racer of racers.splice(0)) racer.kill('SIGKILL');
  });

  it('F21: refuses a second gateway, naming the first', async () => {
    const directory = temporaryFolder();
    const { racer, won } = race([{ directory, at: 0 }]);
    expect(await won).to.deep.equal([directory]);
    expect(() => lockDirectory(directory)).to.throw(SecondInstanceError, `pid ${racer.pid}`);
  });

  it('F21: takes over from a gateway that was killed', async () => {
    const directory = temporaryFolder();
    const { racer, won } = race([{ directory, at: 0 }]);
    await won;
    const exited = once(racer, 'exit');
    racer.kill('SIGKILL');
    await exited;
    lockDirectory(directory)();
  });

  it('F21: takes over from a process whose pid was reused', () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'gateway.lock'), `${process.ppid} 1 from-before-the-last-boot`);
    lockDirectory(directory)();
  });

  it('takes over a lock that holds nothing readable', () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'gateway.lock'), '');
    lockDirectory(directory)();
  });

  it('holds against itself until it is given back, and leaves nothing behind', () => {
    const directory = temporaryFolder();
    const release = lockDirectory(directory);
    expect(() => lockDirectory(directory)).to.throw(SecondInstanceError);
    expect(readdirSync(directory)).to.deep.equal(['gateway.lock']);
    release();
    expect(readdirSync(directory)).to.deep.equal([]);
    lockDirectory(directory)();
  });

  it('F21: lets exactly one in of several gateways that start simultaneously on a stale lock', async () => {
    const start = Date.now() + 1500;
    const rounds = Array.from({ length: 40 }, (_, round) => {
      const directory = temporaryFolder();
      writeFileSync(join(directory, 'gateway.lock'), `4194304 1 stale-${round}`);
      return { directory, at: start + round * 25 };
    });
    const winners = (await Promise.all(Array.from({ length: 4 }, () => race(rounds).won))).flat();
    expect(winners.sort()).to.deep.equal(rounds.map(({ directory }) => directory).sort());
  });
});
