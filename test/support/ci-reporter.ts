/** mocha's spec reporter, which also writes `passed failed skipped` to a file for `.ci/run`. */
import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

const { reporters, Runner } = mocha;

/** Chosen with `--reporter`, the file with `--reporter-option output=FILE`. */
class CiReporter extends reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const output = String(options.reporterOptions?.output);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      writeFileSync(output, `${passes} ${failures} ${pending}\n`);
    });
  }
}

// mocha loads a reporter file by its default export.
// biome-ignore lint/style/noDefaultExport: mocha's interface
export default CiReporter;
