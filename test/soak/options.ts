/** Options of `npm run soak`. */
import { parseArgs } from 'node:util';

/** @throws TypeError for an unknown option */
export function soakOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      minutes: { type: 'string', default: '20' },
      hours: { type: 'string', default: '24' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  return values;
}
