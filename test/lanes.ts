/**
 * `npm test`: all tests in three processes of mocha side by side, since half of their time they wait.
 * `npm test -- FILE` writes `passed failed skipped` to a file, for `.ci/run`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Lane, lanesOf, mochaSettings, testFiles } from './lanes/lanes.ts';
import type { LaneResult } from './lanes/reporter.ts';
import { WholeSuites } from './lanes/whole-suites.ts';
import { ROOT } from './support/source-files.ts';

const LAST_WORDS_MS = 1000;

const folder = mkdtempSync(join(tmpdir(), 'gateway-lanes-'));
const results = await Promise.all(lanesOf(testFiles()).map(run));
for (const { summary } of results) process.stdout.write(`${summary}\n`);
const sum = (count: 'passed' | 'failed' | 'skipped') =>
  results.reduce((total, result) => total + result[count], 0);
const [report] = process.argv.slice(2);
if (report !== undefined) writeFileSync(report, `${sum('passed')} ${sum('failed')} ${sum('skipped')}\n`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
// A process that is just ending may still write what node compiled for it.
rmSync(folder, { recursive: true, force: true, maxRetries: 10 });

async function run({ name, files }: Lane, index: number): Promise<LaneResult> {
  const output = join(folder, String(index));
  const reporter = join(ROOT, 'test/lanes/reporter.ts');
  const options = ['--reporter', reporter, '--reporter-option', `output=${output}`];
  // --exit: a failed test may leave a process of ours behind, which would keep the run from ending.
  const settings = ['--no-package', ...mochaSettings().options, '--exit', ...options];
  const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const child = spawn(process.execPath, [mocha, ...settings, ...files], {
    cwd: ROOT,
    env: { ...process.env, TEST_LANE: String(index), NODE_COMPILE_CACHE: join(folder, 'compiled') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = new WholeSuites((text) => void process.stdout.write(text));
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => printed.add(text));
  const closed = once(child, 'close');
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  // What it left behind may hold its output open for ever.
  await Promise.race([closed, delay(LAST_WORDS_MS)]);
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  printed.end();
  return resultOf(name, { output, end: code ?? signal });
}

/** A process that says nothing, or ends otherwise than with the number of its failures, has failed. */
function resultOf(
  name: string,
  { output, end }: { output: string; end: number | string | null },
): LaneResult {
  const brokeOff = { passed: 0, failed: 1, skipped: 0, summary: `  ${name} broke off with ${end}\n` };
  if (!existsSync(output)) return brokeOff;
  const result = JSON.parse(readFileSync(output, 'utf8')) as LaneResult;
  const summary = `  ${name}:${result.summary}`;
  if (result.failed > 0 || end === 0) return { ...result, summary };
  return { ...result, failed: 1, summary: `${summary}\n${brokeOff.summary}` };
}
