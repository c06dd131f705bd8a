/** The Expo app that `.ci/expo/install` installs: docs/examples/expo with the packed client. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { delimiter, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { listening } from '../support/serve.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const execute = promisify(execFile);
const TIMEOUT_MS = 240_000;
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Its folder. */
export const EXPO_APP = join(ROOT, '.ci/expo/app');

/** Builds and packs the client as docs/client.md says, and installs the package. @returns its size in bytes */
export async function installClient(): Promise<number> {
  const folder = temporaryFolder();
  await run('npm', ['run', 'build:client'], ROOT);
  await run('npm', ['pack', './shared/client', `--pack-destination=${folder}`, '--silent'], ROOT);
  const tarball = join(folder, 'visual-reasoning-gateway-client-0.1.0.tgz');
  const target = join(EXPO_APP, 'node_modules/visual-reasoning-gateway-client');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  await run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], EXPO_APP);
  return readFileSync(tarball).length;
}

/** Copies the sources of the example, which may be newer than the installation. */
export function copyExample(): void {
  for (const name of ['src', 'index.ts', 'app.json', 'tsconfig.json'])
    cpSync(join(ROOT, 'docs/examples/expo', name), join(EXPO_APP, name), { recursive: true });
}

/** Writes a file of the app. */
export function writeSource(name: string, text: string): void {
  writeFileSync(join(EXPO_APP, name), text);
}

/** Checks the types of the app. @throws Error with what the compiler printed */
export async function checkTypes(): Promise<void> {
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit'], EXPO_APP);
}

/** Bundles it for every platform. Not minified and no bytecode: the same modules in a third of the time. */
export async function exportApp(...platforms: string[]): Promise<string> {
  const folder = temporaryFolder();
  const which = platforms.flatMap((platform) => ['--platform', platform]);
  const options = ['--no-minify', '--no-bytecode', '--output-dir', folder];
  await run(process.execPath, ['node_modules/expo/bin/cli', 'export', ...which, ...options], EXPO_APP);
  return folder;
}

/** Serves an exported web app. */
export function serveExport(folder: string): Promise<Server> {
  const server = createServer((req, res) => {
    const path = new URL(req.url ?? '/', 'http://localhost').pathname;
    const name = path === '/' ? '/index.html' : path;
    try {
      const body = readFileSync(join(folder, name));
      res.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
      res.end(body);
    } catch {
      res.writeHead(404).end();
    }
  });
  return listening(server);
}

/** Runs a module in the app with the Node that users have, which may be older than ours. @returns what it printed */
export async function runNode(program: string): Promise<string> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  const args = ['--input-type=module', '-e', program];
  return (await run('node', args, EXPO_APP, { PATH: folders.join(delimiter) })).trim();
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  change: Record<string, string> = {},
): Promise<string> {
  const env = { ...process.env, CI: '1', EXPO_OFFLINE: '1', EXPO_NO_TELEMETRY: '1', ...change };
  try {
    return (await execute(program, args, { cwd, env, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 }))
      .stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`);
  }
}
