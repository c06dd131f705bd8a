/**
 * `npm run soak`: cameras and clients come and go and faults happen at random for a while; at the end
 * everything must be as it was and nothing that was acknowledged may be lost.
 * Options: `--minutes 20 --seed 1`; the same seed chooses the same again.
 * `--only recording --hours 24`: so much of a camera's time is recorded as fast as the machine can write it, with stops,
 * fills and kills; at the end index and files must be equal.
 */
import { SegmentRepository } from '../gateway/recordings/segment-repository.ts';
import { soakOptions } from './soak/options.ts';
import { soakRecording } from './soak/recording.ts';
import { openSqlite } from './support/stores.ts';

const { only, hours, seed } = soakOptions();

if (only === 'recording') await soakDay();
else if (only === undefined) await import('./soak/everything.ts');
else throw new Error(`--only ${only}: there is only recording`);

async function soakDay(): Promise<void> {
  process.stdout.write(`soak of ${hours} hours of recording with --seed ${seed}\n`);
  const startedAt = performance.now();
  const store = await openSqlite();
  try {
    const { segments, kills, fills, problems } = await soakRecording(new SegmentRepository(store), {
      seed: Number(seed),
      hours: Number(hours),
    });
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    process.stdout.write(
      `${seconds} s: ${kills} kills, ${fills} full disks, ${segments} segments at the end\n`,
    );
    const verdict = problems.length === 0 ? 'index and files are equal' : `PROBLEMS\n${problems.join('\n')}`;
    process.stdout.write(`${verdict}\n`);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    await store.close();
  }
}
