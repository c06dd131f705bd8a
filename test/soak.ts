/**
 * `npm run soak`: cameras and clients come and go and faults happen at random for a while; at the end
 * everything must be as it was and nothing that was acknowledged may be lost.
 * Options: `--minutes 20 --seed 1`; the same seed chooses the same again.
 * `--only recording --hours 24`: so much of a camera's time is recorded as fast as the machine can write it, with stops,
 * fills and kills; at the end index and files must be equal. Once for the index of the gateway, once for that of an agent.
 */
import type { SegmentStore } from '#shared/recordings/segment-store.ts';
import { SegmentRepository } from '../gateway/recordings/segment-repository.ts';
import { SegmentDatabase } from '../workers/rtsp/archive/segment-database.ts';
import { soakOptions } from './soak/options.ts';
import { soakRecording } from './soak/recording.ts';
import { openSqlite } from './support/stores.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const { only, hours, seed } = soakOptions();

if (only === 'recording') await soakDay();
else if (only === undefined) await import('./soak/everything.ts');
else throw new Error(`--only ${only}: there is only recording`);

/** Once for the index of the gateway, once for that of an agent. */
async function soakDay(): Promise<void> {
  const store = await openSqlite();
  const archive = SegmentDatabase.open(temporaryFolder());
  try {
    await soakIndex('gateway', new SegmentRepository(store));
    await soakIndex('agent', archive);
  } finally {
    archive.close();
    await store.close();
  }
}

async function soakIndex(name: string, index: SegmentStore): Promise<void> {
  process.stdout.write(`soak of ${hours} hours of recording with the index of the ${name}, --seed ${seed}\n`);
  const startedAt = performance.now();
  const options = { seed: Number(seed), hours: Number(hours) };
  const { segments, kills, fills, problems } = await soakRecording(index, options);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(
    `${seconds} s: ${kills} kills, ${fills} full disks, ${segments} segments at the end\n`,
  );
  const verdict = problems.length === 0 ? 'index and files are equal' : `PROBLEMS\n${problems.join('\n')}`;
  process.stdout.write(`${verdict}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
