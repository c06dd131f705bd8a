/** A mocha reporter for `npm run faults`: one line of JSON for every test that ended. */
import { appendFileSync } from 'node:fs';
import mocha from 'mocha';

const { reporters, Runner } = mocha;

/** How one test ended. */
export interface FaultResult {
  /** With the titles of everything around it. */
  title: string;
  outcome: 'passed' | 'failed' | 'skipped';
  /** Milliseconds. */
  took: number;
}

/** Chosen with `--reporter`, the file with `--reporter-option output=FILE`. */
class FaultReporter extends reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const output = String(options.reporterOptions?.output);
    const note = (outcome: FaultResult['outcome']) => (test: Mocha.Runnable) => {
      const result: FaultResult = { title: test.fullTitle(), outcome, took: test.duration ?? 0 };
      appendFileSync(output, `${JSON.stringify(result)}\n`);
    };
    runner.on(Runner.constants.EVENT_TEST_PASS, note('passed'));
    runner.on(Runner.constants.EVENT_TEST_FAIL, note('failed'));
    runner.on(Runner.constants.EVENT_TEST_PENDING, note('skipped'));
  }
}

// mocha loads a reporter file by its default export.
// biome-ignore lint/style/noDefaultExport: mocha's interface
export default FaultReporter;
