import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { startAnalysisWorker, startWorker } from '../../support/processes.ts';

/** How much sooner the kernel ends a process than its size alone says. */
function scoreOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
}

describe('When memory runs out', () => {
  it('the kernel ends analysis before a camera process, and that before the gateway', async function () {
    if (process.platform !== 'linux') return this.skip();
    const [analysis, rtsp] = [await startAnalysisWorker(), await startWorker()];
    try {
      expect(scoreOf(analysis.pid)).to.be.greaterThan(scoreOf(rtsp.pid));
      expect(scoreOf(rtsp.pid)).to.be.greaterThan(scoreOf(process.pid));
    } finally {
      await Promise.all([analysis.end(), rtsp.end()]);
    }
  });
});
