/** mocha's spec reporter, whose summary and counts go to a file, so that those of all processes are told together. */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { format } from 'node:util';
import mocha from 'mocha';
import { ROOT } from '../support/source-files.ts';

const { reporters } = mocha;

/** Suites that the summary names. */
const LONGEST = 15;

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
  /** Each suite of a file, milliseconds with its hooks. */
  readonly #durations: { file: string; ms: number }[] = [];

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    this.#output = String(options.reporterOptions?.output);
    let startedAt = 0;
    runner.on('suite', (suite) => {
      if (suite.parent?.root === true) startedAt = performance.now();
    });
    runner.on('suite end', ({ parent, file = '' }) => {
      if (parent?.root === true) this.#durations.push({ file, ms: performance.now() - startedAt });
    });
  }

  override epilogue(): void {
    const { Base } = reporters;
    const { consoleLog } = Base;
    const lines: string[] = [];
    Base.consoleLog = (...words) => void lines.push(format(...words));
    super.epilogue();
    Base.consoleLog = consoleLog;
    const { passes = 0, failures = 0, pending = 0 } = this.stats;
    const summary = `${lines.join('\n')}\n  longest: ${this.#longest().join(', ')}\n`;
    const result: LaneResult = { passed: passes, failed: failures, skipped: pending, summary };
    writeFileSync(this.#output, JSON.stringify(result));
  }

  #longest(): string[] {
    const longest = this.#durations.sort((one, other) => other.ms - one.ms).slice(0, LONGEST);
    return longest.map(({ file, ms }) => `${relative(ROOT, file)} ${(ms / 1000).toFixed(0)} s`);
  }
}

// mocha loads a reporter file by its default export.
// biome-ignore lint/style/noDefaultExport: mocha's interface
export default LaneReporter;
