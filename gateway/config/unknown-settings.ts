/** Warns about variables that look like settings and are none. */
import type { Environment } from '#shared/settings.ts';

/** Shorter names are too close to words that others use. */
const MIN_LENGTH = 5;
/** Wrong letters in this many are a slip. */
const LETTERS_PER_SLIP = 4;
const MAX_SLIPS = 2;

/** The environment, and the names of all variables that are read from it. */
export function recordReads(env: Environment): { env: Environment; names: ReadonlySet<string> } {
  const names = new Set<string>();
  const recorded = new Proxy(env, {
    get(target, name) {
      if (typeof name === 'string') names.add(name);
      return Reflect.get(target, name);
    },
  });
  return { env: recorded, names };
}

/** A sentence for each variable that is almost a setting. @param settings the names of all settings */
export function unknownSettings(env: Environment, settings: ReadonlySet<string>): string[] {
  return Object.keys(env).flatMap((name) => {
    if (settings.has(name) || settings.has(name.replace(/_FILE$/, ''))) return [];
    const nearest = nearestOf(name, settings);
    return nearest === undefined ? [] : [`${name} is no setting; did you mean ${nearest}?`];
  });
}

function nearestOf(name: string, settings: ReadonlySet<string>): string | undefined {
  if (name.length < MIN_LENGTH) return undefined;
  const limit = Math.min(MAX_SLIPS, Math.floor(name.length / LETTERS_PER_SLIP));
  return [...settings]
    .map((setting) => ({ setting, slips: slipsBetween(name, setting) }))
    .filter(({ slips }) => slips <= limit)
    .sort((a, b) => a.slips - b.slips)[0]?.setting;
}

/** Letters to insert, remove, replace or swap (optimal string alignment distance). */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const at = (line: number[], index: number): number => line[index] ?? Number.POSITIVE_INFINITY;
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
