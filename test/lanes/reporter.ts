/** mocha's spec reporter, whose summary and counts go to a file, so that those of two processes are told together. */
import { writeFileSync } from 'node:fs';
import { format } from 'node:util';
import mocha from 'mocha';

const { reporters } = mocha;

/** How the tests of a process ended. */
export interface LaneResult {
  passed: number;
  failed: number;
  skipped: number;
  /** What mocha prints at the end: the counts, and each failure with its reason. */
  summary: string;
}

/** Chosen with `--reporter`, the file with `--reporter-option output=FILE`. */
class LaneReporter extends reporters.Spec {
  readonly #output: string;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    this.#output = String(options.reporterOptions?.output);
  }

  override epilogue(): void {
    const { Base } = reporters;
    const { consoleLog } = Base;
    const lines: string[] = [];
    Base.consoleLog = (...words) => void lines.push(format(...words));
    super.epilogue();
    Base.consoleLog = consoleLog;
    const { passes = 0, failures = 0, pending = 0 } = this.stats;
    const summary = lines.join('\n');
    const result: LaneResult = { passed: passes, failed: failures, skipped: pending, summary };
    writeFileSync(this.#output, JSON.stringify(result));
  }
}

// mocha loads a reporter file by its default export.
// biome-ignore lint/style/noDefaultExport: mocha's interface
export default LaneReporter;
