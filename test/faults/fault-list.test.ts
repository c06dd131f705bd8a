import { expect } from 'chai';
import { titlesOfTests } from '../support/titles.ts';
import { FAULTS, faultsIn, SOAKED } from './fault-list.ts';
import { formatTable, groupByFault, missing } from './table.ts';

describe('The list of faults', () => {
  it('is injected whole: every fault by some test, or by the soak', () => {
    const injected = new Set(titlesOfTests().flatMap(faultsIn));
    expect(Object.keys(FAULTS).filter((number) => !injected.has(number))).to.deep.equal(SOAKED);
  });

  it('is shown with what was seen, and with what was not tested', () => {
    const results = [
      { title: 'A worker F1: comes back', outcome: 'passed', took: 1240 },
      { title: 'A worker F1, F2: is gone', outcome: 'failed', took: 80 },
    ] as const;
    const rows = groupByFault(results, ['F1', 'F2', 'F3', 'F63']);
    expect(missing(rows)).to.deep.equal(['F3']);
    expect(formatTable(rows)).to.deep.equal([
      'F1  RTSP worker killed',
      '      passed     1.2 s  A worker F1: comes back',
      '      FAILED     0.1 s  A worker F1, F2: is gone',
      'F2  worker ended from outside',
      '      FAILED     0.1 s  A worker F1, F2: is gone',
      'F3  worker stopped (SIGSTOP)',
      '      MISSING: no test names it',
      'F63 all of it at random for long',
      '      npm run soak',
    ]);
  });
});
