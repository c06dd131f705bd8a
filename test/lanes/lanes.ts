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

/** Every test file in one lane. */
export function lanesOf(files: readonly string[]): Lane[] {
  const machines = files.filter((file) => MACHINES.test(file));
  const heavy = files.filter((file) => !MACHINES.test(file) && isHeavy(file));
  const apart = new Set([...machines, ...heavy]);
  return [
    { name: 'tests that play video', files: heavy },
    { name: 'tests of several machines', files: machines },
    { name: 'all other tests', files: files.filter((file) => !apart.has(file)) },
  ];
}

/** Most of their time they wait until a lease is over, or an agent dials again. */
const MACHINES =
  /^test\/system\/(agent|cluster|remote|shared)|^test\/gateway\/(agents|placement|remote-workers)\//;

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
