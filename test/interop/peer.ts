/** What a peer of `npm run interop` says of itself, and how its programs are run. */
import { execFile, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { postJson } from '../support/http.ts';

/** Where a running gateway is, and what it was told. */
export interface Stage {
  /** Base URL of the gateway. It shows camera `1`, 320x240 at 15 pictures a second. */
  origin: string;
  /** Its API_TOKEN. */
  token: string;
  /** Port of its APP_PY_URL; the peer that plays the analysis backend listens there. */
  backendPort: number;
  /** RTSP address of camera `1`. */
  cameraUrl: string;
}

/** What one check does. @returns its figure @throws Error that says what went wrong */
export type Check = (stage: Stage) => Promise<string>;

/** A program or library that other people use with the gateway. */
export interface Peer {
  name: string;
  /** The command that installs it. */
  install: string;
  isInstalled: () => boolean;
  /** By what the check does. */
  checks: Record<string, Check>;
}

const run = promisify(execFile);

/** A check fails after this time. */
export const CHECK_MS = 30_000;

/** The Python of the peers from PyPI. */
export const PYTHON = process.env.INTEROP_PYTHON ?? 'python3';

/** Where the peers from npm are installed: they are no dependencies of the gateway. */
const MODULES = process.env.INTEROP_MODULES ?? join(tmpdir(), 'interop');

/** The command that installs peers from npm. */
export const npmInstall = (...names: string[]): string =>
  `npm install --prefix ${MODULES} ${names.join(' ')}`;

/** Loads a peer from npm. @throws Error when it is not installed */
// biome-ignore lint/suspicious/noExplicitAny: the types of a peer are where it is installed
export const load = (name: string): any => createRequire(join(MODULES, 'package.json'))(name);

/** Whether a peer from npm is installed. */
export function hasPackage(name: string): boolean {
  try {
    createRequire(join(MODULES, 'package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Whether a program is on the PATH and starts. */
export const hasProgram = (file: string, ...args: string[]): boolean => spawnSync(file, args).status === 0;

/** Whether Python modules can be imported. */
export const hasModules = (...names: string[]): boolean =>
  hasProgram(PYTHON, '-c', `import ${names.join(', ')}`);

/** Path of a script beside this file. */
export const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Runs a program to its end. @returns all it printed @throws Error with the end of what it printed */
export async function output(
  file: string,
  args: readonly string[],
  options: { uid?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await run(file, args, { timeout: CHECK_MS, ...options });
    return `${stderr}${stdout}`.trim();
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${message.split('\n')[0]}\n${`${stdout}${stderr}`.slice(-2000)}`);
  }
}

/** Runs a script in the peers' Python. @returns the last line it printed */
export const python = async (name: string, ...args: string[]): Promise<string> =>
  (await output(PYTHON, [script(name), ...args])).split('\n').at(-1) ?? '';

/** Address of camera `1` as HLS, with a ticket in place of a token. */
export async function hlsUrl({ origin }: Stage): Promise<string> {
  const path = '/hls/1/index.m3u8';
  const { body } = await postJson(`${origin}/api/tickets`, { path });
  return `${origin}${path}?ticket=${body.ticket}`;
}

/** Address of camera `1` as MJPEG. */
export const mjpegUrl = ({ origin }: Stage): string => `${origin}/api/cameras/1/stream.mjpeg?fps=10`;

/** Pictures that were wanted and came. @throws Error when there are fewer */
export function pictures(count: number, wanted = 10): string {
  if (!(count >= wanted)) throw new Error(`${count} of at least ${wanted} pictures came`);
  return `${count} pictures`;
}
