/** Output of a benchmark: lines immediately, verdicts together at the end, all of it in a document if wanted. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

const GIB = 1024 ** 3;
/** Programs whose figures stand beside ours where they are installed. */
const PEERS = ['ffmpeg', 'go2rtc', 'mediamtx', 'go'] as const;

const lines: string[] = [];
const verdicts: { text: string; isReached: boolean }[] = [];

/** Prints a line. */
export function print(text: string): void {
  lines.push(text);
  process.stdout.write(`${text}\n`);
}

/** Notes whether something was reached. @param text the figure, and in brackets what is wanted */
export function target(text: string, isReached: boolean): void {
  verdicts.push({ text, isReached });
}

/** Prints every verdict. */
export function printVerdicts(): void {
  const shown = verdicts.map(({ text, isReached }) => `- ${isReached ? 'reached' : 'MISSED '} ${text}`);
  process.stdout.write(`\nTo reach:\n${shown.join('\n')}\n`);
}

/** Writes what was printed and judged as Markdown. @param command what was run */
export function writeDocument(file: string, command: string): void {
  const machine = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${(totalmem() / GIB).toFixed(0)} GiB`;
  const peers = PEERS.map((name) => `${name} ${isInstalled(name) ? 'there' : 'absent'}`).join(', ');
  const rows = verdicts.map(({ text, isReached }) => `- ${isReached ? 'reached' : '**missed**'}: ${text}`);
  const text = [
    '# Performance',
    '',
    `Written by \`${command}\` on ${new Date().toISOString().slice(0, 10)}.`,
    `Machine: ${machine}, Node ${process.version}, load at the end ${loadavg()[0]?.toFixed(1)}. Programs: ${peers}.`,
    'Times and shares of a core mean little on a machine that does other work; memory does not depend on it.',
    '',
    'Figures, and in brackets what is wanted:',
    '',
    ...rows,
    '',
    '```text',
    ...lines,
    '```',
    '',
  ];
  writeFileSync(file, text.join('\n'));
}

function isInstalled(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0;
}
