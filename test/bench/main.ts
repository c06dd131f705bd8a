/**
 * `npm run bench`: what the gateway costs and how late its frames are, beside
 * what ffmpeg needs for the same work in the same run.
 * Options: `--only frames,registry,deliveries --cameras 1,4,8 --seconds 10 --quick`.
 */
import { parseArgs } from 'node:util';
import { measureDeliveries } from './deliveries.ts';
import { benchFrames } from './frames.ts';
import { benchRegistry } from './registry.ts';
import { print, printVerdicts, target } from './report.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    cameras: { type: 'string', default: '1,4,8' },
    seconds: { type: 'string', default: '10' },
    quick: { type: 'boolean', default: false },
  },
});
const seconds = values.quick ? 4 : Number(values.seconds);

const benches: Record<string, () => Promise<void>> = {
  frames: () =>
    benchFrames({
      cameras: values.cameras.split(',').map(Number),
      seconds,
      cycles: values.quick ? [20, 100] : [200, 1000],
    }),
  registry: benchRegistry,
  deliveries: benchDeliveries,
};

const wanted = values.only?.split(',') ?? Object.keys(benches);
for (const name of wanted) {
  const run = benches[name];
  if (run === undefined) throw new Error(`--only takes ${Object.keys(benches).join(', ')}, not ${name}`);
  await run();
}
printVerdicts();

async function benchDeliveries(): Promise<void> {
  const { perMinute, listMs } = await measureDeliveries({ seconds });
  print(`Deliveries: ${perMinute.toFixed(0)} a minute, listed in ${listMs.toFixed(1)} ms meanwhile`);
  target(`${perMinute.toFixed(0)} deliveries a minute from an outbox of 100,000 (2000)`, perMinute >= 2000);
}
