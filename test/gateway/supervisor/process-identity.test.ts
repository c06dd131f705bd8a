import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { startTimeByPs, startTimeOf } from '../../../gateway/supervisor/process-identity.ts';

describe('The start time of a process', () => {
  it('is the same each time, and known of no process that has ended', async () => {
    const ended = spawn('true');
    const { pid } = ended;
    await once(ended, 'exit');
    for (const startTime of [startTimeOf, startTimeByPs]) {
      expect(startTime(process.pid)).to.match(/^\S+$/).and.equal(startTime(process.pid));
      expect(startTime(pid as number)).to.equal(undefined);
    }
  });
});
