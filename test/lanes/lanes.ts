/** Which test files run one after another, and which beside them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/source-files.ts';

/** Files that one process of mocha runs, in order. */
export interface Lane {
  name: string;
  files: string[];
}

/** What `package.json` tells mocha. */
export interface MochaSettings {
  spec: string;
  options: string[];
}

/** Every test file in the one lane or the other. */
export function lanesOf(files: readonly string[]): Lane[] {
  const heavy = new Set(files.filter(isHeavy));
  return [
    { name: 'tests that play video', files: files.filter((file) => heavy.has(file)) },
    { name: 'all other tests', files: files.filter((file) => !heavy.has(file)) },
  ];
}

/** What serves, plays or decodes video: cameras of a test, the browser, installed programs, clients of our own. */
const VIDEO =
  /\/(browser|decode-jpeg|mediamtx|mse-client|probe-video|rtsp-reader|rtsp-server|video-page|whep-viewer)\.ts'/;

/** Whether it opens a browser, or is about video of whole gateways: never two of them at a time. */
function isHeavy(file: string): boolean {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return file.startsWith('test/system/') ? VIDEO.test(text) : /\/browser\.ts'/.test(text);
}

/** All test files, relative to the root, in order. */
export function testFiles(): string[] {
  return globSync(mochaSettings().spec, { cwd: ROOT }).sort();
}

/** The settings that `npm test` has, as options of the command line. */
export function mochaSettings(): MochaSettings {
  const { spec, ...others } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).mocha;
  return { spec, options: Object.entries(others).map(([name, value]) => `--${name}=${value}`) };
}
