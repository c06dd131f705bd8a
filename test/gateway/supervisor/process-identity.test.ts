import { expect } from 'chai';
import { execa } from 'execa';
import { startTimeByPs, startTimeOf } from '../../../gateway/supervisor/process-identity.ts';

describe('The start time of a process', () => {
  it('is the same each time, and known of no process that has ended', async () => {
    const ended = execa('true');
    const { pid } = ended;
    await ended;
    for (const startTime of [startTimeOf, startTimeByPs]) {
      expect(startTime(process.pid)).to.match(/^\S+$/).and.equal(startTime(process.pid));
      expect(startTime(pid as number)).to.equal(undefined);
    }
  });
});
