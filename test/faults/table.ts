/** The table that `npm run faults` prints. */
import { FAULTS, faultsIn, SOAKED } from './fault-list.ts';
import type { FaultResult } from './reporter.ts';

/** One fault with what its tests saw. */
export interface FaultRow {
  number: string;
  results: readonly FaultResult[];
}

/** Results by fault, in order; a fault without any is there all the same. @param wanted numbers of faults */
export function groupByFault(results: readonly FaultResult[], wanted: readonly string[]): FaultRow[] {
  return wanted.map((number) => ({
    number,
    results: results.filter(({ title }) => faultsIn(title).includes(number)),
  }));
}

/** The whole table as lines. */
export function formatTable(rows: readonly FaultRow[]): string[] {
  return rows.flatMap(({ number, results }) => [
    `${number.padEnd(4)}${FAULTS[number] ?? ''}`,
    ...(results.length === 0 ? [`      ${absence(number)}`] : results.map(formatResult)),
  ]);
}

/** Faults that no test names. */
export function missing(rows: readonly FaultRow[]): string[] {
  return rows
    .filter(({ number, results }) => results.length === 0 && !SOAKED.includes(number))
    .map(({ number }) => number);
}

function absence(number: string): string {
  return SOAKED.includes(number) ? 'npm run soak' : 'MISSING: no test names it';
}

function formatResult({ title, outcome, took }: FaultResult): string {
  const mark = outcome === 'failed' ? 'FAILED ' : outcome;
  return `      ${mark.padEnd(8)}${`${(took / 1000).toFixed(1)} s`.padStart(8)}  ${title}`;
}
