/** What the tests of this project are called. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TESTS = fileURLToPath(new URL('../', import.meta.url));

/** Titles of all tests and of what stands around them, as they are written in the sources. */
export function titlesOfTests(): string[] {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  );
  return files.flatMap((name) => {
    const text = readFileSync(join(TESTS, name), 'utf8');
    return [...text.matchAll(/\b(?:it|describe)\(\s*(['"`])(.*?)\1/gs)].map((match) => match[2] as string);
  });
}
