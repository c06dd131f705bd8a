/** The order in which cameras are listed: numbers as numbers, and never two ids in one place. */
const collator = new Intl.Collator('en', { numeric: true });

/** Negative when `a` comes before `b`, 0 only for the same id. */
export function compareIds(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}
