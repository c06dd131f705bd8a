/** Output of a benchmark: lines immediately, verdicts together at the end. */

const verdicts: string[] = [];

/** Prints a line. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Notes whether something was reached. @param text the figure, and in brackets what is wanted */
export function target(text: string, isReached: boolean): void {
  verdicts.push(`- ${isReached ? 'reached' : 'MISSED '} ${text}`);
}

/** Prints every verdict. */
export function printVerdicts(): void {
  print(`\nTo reach:\n${verdicts.join('\n')}`);
}
