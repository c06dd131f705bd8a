/** Photographs that Debian's package `darknet` carries as its samples. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = process.env.TEST_PHOTOGRAPHS ?? '/usr/share/darknet/data';

/** What is on them: a person with a dog and a horse; a dog with a bicycle; and so on. */
export type Photograph = 'person' | 'dog' | 'eagle' | 'giraffe' | 'horses';

/** Where the person stands on `person`, by eye: left, top, width and height as shares of the picture. */
export const PERSON_BOX = [0.3, 0.24, 0.13, 0.645] as const;

/** Skips the tests of a context aloud where there are none; with `CI_PEERS=required` it fails instead. */
export function requirePhotographs(context: Mocha.Context): void {
  if (existsSync(pathOf('person'))) return;
  const reason = `${FOLDER} holds no photographs: unpack Debian's darknet, name its data folder in TEST_PHOTOGRAPHS`;
  if (process.env.CI_PEERS === 'required') throw new Error(reason);
  console.log(`      skipped: ${reason}`);
  context.skip();
}

/** A JPEG. */
export function readPhotograph(name: Photograph): Buffer {
  return readFileSync(pathOf(name));
}

function pathOf(name: Photograph): string {
  return join(FOLDER, `${name}.jpg`);
}
