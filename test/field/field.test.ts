/** Plays every quirk of the corpus, several beside each other. */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { clipOf } from './support/clips.ts';
import { play, playAtRest, type Quirk } from './support/quirk.ts';

const FOLDER = join(import.meta.dirname, 'quirks');
const AT_A_TIME = 12;
/** The first that failed waits for all others. */
const TIMEOUT_MS = 300_000;

/** Plays those alone whose names hold this. */
const ONLY = process.env.FIELD ?? '';

const files = globSync('*.ts', { cwd: FOLDER })
  .filter((file) => file.includes(ONLY))
  .sort();
const quirks = await Promise.all(
  files.map(async (file) => {
    const module: { quirk: Quirk } = await import(join(FOLDER, file));
    return { file: basename(file, '.ts'), quirk: module.quirk };
  }),
);

describe('Cameras as they are', function () {
  this.timeout(TIMEOUT_MS);
  const outcomes = new Map<string, Promise<unknown>>();
  let failures = 0;

  before(() => {
    for (const { quirk } of quirks) clipOf(quirk.camera.clip ?? 'h264');
    const waiting = quirks.map(({ file, quirk }) => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      outcomes.set(file, promise);
      return async () => resolve(await play(quirk).catch((error: unknown) => error));
    });
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
    };
    for (let worker = 0; worker < AT_A_TIME; worker += 1) void work();
  });

  for (const { file, quirk } of quirks) {
    it(`${quirk.what} [${file}]`, async () => {
      const error = await outcomes.get(file);
      if (error === undefined) return;
      // The others take the machine's time: what failed beside them is played alone.
      await Promise.all(outcomes.values());
      failures += 1;
      await playAtRest(quirk);
      failures -= 1;
    });
  }

  after(() => {
    console.log(
      `      field corpus: ${quirks.length} quirks, ${quirks.length - failures} right, ${failures} wrong`,
    );
  });
});
