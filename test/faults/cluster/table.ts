/** Verdicts on the cases of a cluster, and the table of them. */
import { type ClusterCase, MAX_NONE_MS, MAX_TWICE_MS, type Seen } from './cases.ts';

/** One case with what was seen. */
export interface Row {
  name: string;
  seen?: Seen;
  /** Undefined: all held its bounds. */
  problem?: string | undefined;
}

const HEAD = ['case', 'longest gap', 'read twice', 'not read', 'writes', 'lost', 'verdict'];
const WIDTHS = [34, 13, 12, 10, 15, 6, 0];

/** Compares what was seen with the bounds. */
export function verdict({ name, maxGapMs }: Pick<ClusterCase, 'name' | 'maxGapMs'>, seen: Seen): Row {
  const problems = [
    ...over(`no video of camera ${seen.camera}`, seen.gapMs, maxGapMs),
    ...over('a camera was read twice', seen.twiceMs, MAX_TWICE_MS),
    ...over('a camera was not read', seen.noneMs, MAX_NONE_MS),
    ...seen.lost.slice(0, 3),
    ...(seen.acknowledged === 0 ? ['no write was acknowledged'] : []),
  ];
  return { name, seen, problem: problems.length === 0 ? undefined : problems.join('; ') };
}

/** The table as lines. */
export function formatRows(rows: readonly Row[]): string[] {
  return [HEAD, ...rows.map(cells)].map((row) =>
    row.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join(''),
  );
}

function cells({ name, seen, problem }: Row): string[] {
  if (seen === undefined) return [name, '', '', '', '', '', `FAILED: ${problem}`];
  const { acknowledged, refused, lost } = seen;
  return [
    ...[name, seconds(seen.gapMs), seconds(seen.twiceMs), seconds(seen.noneMs)],
    `${acknowledged}${refused > 0 ? ` (${refused} no)` : ''}`,
    ...[String(lost.length), problem === undefined ? 'ok' : `FAILED: ${problem}`],
  ];
}

function over(what: string, ms: number, maxMs: number): string[] {
  return ms <= maxMs ? [] : [`${what} for ${seconds(ms)}, more than ${seconds(maxMs)}`];
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
