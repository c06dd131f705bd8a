/**
 * `npm run faults`: injects every fault of the list and prints what was seen and how long it took
 * until all was well again. `npm run faults -- F1 F39` injects only these, and `npm run faults -- --only agent [WORD]`
 * those of an agent behind NAT, `--only cluster [WORD]` those of two gateways with four workers, over network namespaces.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { injectIntoAgent } from './faults/agent/networks.ts';
import { injectIntoCluster } from './faults/cluster/cluster.ts';
import { FAULTS } from './faults/fault-list.ts';
import type { FaultResult } from './faults/reporter.ts';
import { formatTable, groupByFault, missing } from './faults/table.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const EXIT_BAD_USAGE = 64;

const args = process.argv.slice(2);
const NETWORKS: Record<string, (word?: string) => Promise<boolean>> = {
  agent: injectIntoAgent,
  cluster: injectIntoCluster,
};
const [only, part = '', word] = args;
const inject = only === '--only' ? NETWORKS[part] : undefined;
if (inject !== undefined) process.exit((await inject(word)) ? 0 : 1);

const wanted = args.length > 0 ? args : Object.keys(FAULTS);
const unknown = wanted.filter((number) => !Object.hasOwn(FAULTS, number));
if (unknown.length > 0) {
  process.stderr.write(
    `${unknown.join(', ')}: no such fault; there are F1 to F${Object.keys(FAULTS).length}\n`,
  );
  process.exit(EXIT_BAD_USAGE);
}

const results = await runTests(new RegExp(String.raw`\b(?:${wanted.join('|')})\b`));
const rows = groupByFault(results, wanted);
const failed = rows.filter(({ results: seen }) => seen.some(({ outcome }) => outcome === 'failed'));
const untested = missing(rows);
const skipped = results.filter(({ outcome }) => outcome === 'skipped');
const summary = [
  `${rows.length} faults, ${results.length} tests`,
  `failed: ${failed.map(({ number }) => number).join(', ') || 'none'}`,
  `without a test: ${untested.join(', ') || 'none'}`,
  `skipped tests: ${skipped.length}`,
];
process.stdout.write(`\n${[...formatTable(rows), '', ...summary].join('\n')}\n`);
let isWell = failed.length + untested.length === 0;
if (args.length === 0)
  for (const injectAll of Object.values(NETWORKS)) isWell = (await injectAll()) && isWell;
process.exitCode = isWell ? 0 : 1;

/** Runs the tests whose titles match; what they print goes to our own output. */
async function runTests(titles: RegExp): Promise<FaultResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-faults-'));
  const output = join(folder, 'results');
  const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const reporter = join(ROOT, 'test/faults/reporter.ts');
  const options = [
    '--exit',
    '--reporter',
    reporter,
    '--reporter-option',
    `output=${output}`,
    '--grep',
    titles.source,
  ];
  const child = spawn(process.execPath, [mocha, ...options], { cwd: ROOT, stdio: 'inherit' });
  await once(child, 'exit');
  const lines = existsSync(output) ? readFileSync(output, 'utf8').trim().split('\n') : [];
  rmSync(folder, { recursive: true, force: true });
  return lines.map((line) => JSON.parse(line) as FaultResult);
}
