import { expect } from 'chai';
import { lanesOf, mochaSettings, testFiles } from './lanes.ts';
import { WholeSuites } from './whole-suites.ts';

describe('The lanes of the tests', () => {
  it('hold every test file once, in each of them many', () => {
    const files = testFiles();
    const lanes = lanesOf(files);
    expect(lanes.flatMap((lane) => lane.files).sort()).to.deep.equal(files);
    for (const { files: own } of lanes) expect(own.length).to.be.greaterThan(10);
  });

  it('keep all that opens a browser or plays video in one lane', () => {
    const [heavy, machines, others] = lanesOf(testFiles());
    expect(machines?.files).to.include('test/system/cluster.test.ts');
    expect(heavy?.files).to.include.members([
      'test/system/webrtc.test.ts',
      'test/policies/framed-sign-in.test.ts',
    ]);
    expect(others?.files).to.include.members(['test/lanes/lanes.test.ts', 'test/rules.test.ts']);
  });

  it('have the settings of a plain `npm test`', () => {
    expect(mochaSettings().options).to.include.members(['--timeout=60000', '--forbid-only=true']);
  });

  it('print one suite at a time, and in the end what is left of one that broke off', () => {
    const printed: string[] = [];
    const suites = new WholeSuites((text) => void printed.push(text));
    for (const text of ['  A\n    ✔ on', 'e\n', '\n  B\n', '    ✔ two\n\n  C\n', '    ✔ three\n'])
      suites.add(text);
    expect(printed).to.deep.equal(['  A\n    ✔ one\n\n', '  B\n    ✔ two\n\n']);
    suites.end();
    suites.end();
    expect(printed.slice(2)).to.deep.equal(['  C\n    ✔ three\n']);
  });
});
