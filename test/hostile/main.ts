/**
 * `npm run hostile [-- WORD]`: hostile cameras and clients against the real processes, beside three ordinary
 * cameras. Prints what each row costs those, and fails if one costs more than it may. With a word only the rows
 * whose name holds it are run.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fuzzMedia } from '../fuzz/media-rounds.ts';
import { freePort } from '../support/free-port.ts';
import { ROWS } from './rows.ts';
import { Stage } from './stage.ts';

const MIN_RATE_SHARE = 0.95;
const MAX_GROWTH_MIB = 30;
const SECONDS = 6;
const FUZZ_ROUNDS = 100_000;

const word = process.argv[2] ?? '';
const chosen = ROWS.map((row, index) => ({ row, index })).filter(({ row }) => row.name.includes(word));
const failures: string[] = [];
const stage = await Stage.open();
try {
  print(['camera or client', 'what it does', 'rate', 'restarts', 'memory'], '');
  for (const { row, index } of chosen) {
    const port = await freePort();
    const peer = fork(new URL('./peer.ts', import.meta.url), [String(index), String(port)]);
    await once(peer, 'message');
    const cameraId = row.camera === undefined ? 'ordinary-0' : 'hostile';
    await stage.calm();
    const before = stage.begin();
    if (row.camera !== undefined) await stage.register(cameraId, port);
    peer.send({ origin: stage.origin, port, cameraId });
    await delay((row.seconds ?? SECONDS) * 1000);
    const { rateShare, restarts, growthMib } = await before.end();
    peer.kill('SIGKILL');
    if (row.camera !== undefined) await stage.remove(cameraId);
    const isGood = rateShare >= MIN_RATE_SHARE && restarts === 0 && growthMib <= MAX_GROWTH_MIB;
    if (!isGood) failures.push(row.name);
    const facts = [`${Math.round(rateShare * 100)} %`, String(restarts), `${Math.round(growthMib)} MB`];
    print([row.name, row.does, ...facts], isGood ? '' : 'TOO MUCH');
  }
  if (word === '') {
    const { delivered, failedSubscribers } = fuzzMedia(FUZZ_ROUNDS, Math.floor(Math.random() * 2 ** 32));
    if (failedSubscribers > 0) failures.push('fuzzed media');
    process.stdout.write(
      `fuzzed media: ${FUZZ_ROUNDS} rounds, ${delivered} fragments delivered, ${failedSubscribers} subscribers failed\n`,
    );
  }
} finally {
  await stage.close();
}
process.stdout.write(
  failures.length === 0 ? 'all rows are within bounds\n' : `out of bounds: ${failures.join(', ')}\n`,
);
process.exit(failures.length === 0 ? 0 : 1);

function print(cells: readonly string[], verdict: string): void {
  const widths = [28, 68, 6, 9, 8];
  const line = cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' ');
  process.stdout.write(`${`${line} ${verdict}`.trimEnd()}\n`);
}
