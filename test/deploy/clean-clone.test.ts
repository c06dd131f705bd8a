import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { blocksOf, commandsOf } from '../documents/blocks.ts';
import { isRun, isShell } from '../documents/commands.ts';
import { openBrowser } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { descendantsOf } from '../support/npm-start.ts';
import { requirePeer } from '../support/peers.ts';
import { isRunning, signalIfRunning } from '../support/processes.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const INSTALL_MS = 300_000;
const VERSIONS = [20, 24];
const STRICT = 'set -e; curl() { command curl --silent --show-error --fail-with-body "$@"; }\n';
/** Levels of pino from warnings up, and what npm and Node say of packages and of themselves. */
const WARNING = /"level":[456]0|\bwarn|EBADENGINE|deprecated/i;
/** The camera that the README adds is not there; CI is root, which a person is not, and busy with other tests. */
const EXPECTED = /"cameraId":"gate"|runs as root|decoding cannot keep up|worker does not answer/;
const readme = blocksOf(['README.md']).filter(({ language }) => isShell(language));
const commands = readme.flatMap(commandsOf);

describe('A clean clone', function () {
  this.timeout(INSTALL_MS);
  const clone = temporaryFolder();

  before('is what the repository holds, in CI only, since it is installed anew', function () {
    if (process.env.CI_PEERS !== 'required') {
      console.log('    skipped: a clean clone is installed in CI only');
      this.skip();
    }
    requirePeer(this, 'chromium');
    execFileSync('sh', ['-c', `git archive HEAD | tar -x -C ${clone}`], { cwd: ROOT });
  });

  for (const version of VERSIONS) {
    describe(`started with Node ${version} as the README says`, () => {
      const start = commands.find((command) => command.endsWith('npm start')) as string;
      let origin: string;
      let started: ReturnType<typeof startIn>;

      before(async () => {
        const port = await freePort();
        origin = `http://localhost:${port}`;
        started = startIn(clone, start, {
          PORT: String(port),
          ...(await otherPorts()),
          ...withNode(version),
        });
        await waitFor(() => isUp(origin) || started.child.exitCode !== null, { timeoutMs: INSTALL_MS });
      });
      after(() => started?.end());

      it('comes up', async () => {
        expect(await isUp(origin), started.output()).to.equal(true);
      });

      it('shows live video in a browser', async () => {
        const browser = await openBrowser();
        const page = await browser.newPage();
        await page.goto(`${origin}/#/camera/1`);
        await page.locator('camera-view:not([data-transport="jpeg"])').waitFor({ timeout: 60_000 });
        await browser.close();
      });

      it('runs every command of the README', async () => {
        const curls = commands.filter(isRun).join('\n').replaceAll('http://localhost:5000', origin);
        execFileSync('bash', ['-c', STRICT + curls], { cwd: clone, stdio: ['ignore', 'pipe', 'pipe'] });
        expect(statSync(join(clone, 'frame.jpg')).size).to.be.above(1000);
      });

      it('prints no warning', () => {
        const warnings = started
          .output()
          .split('\n')
          .filter((line) => WARNING.test(line) && !EXPECTED.test(line));
        expect(warnings).to.deep.equal([]);
      });
    });
  }
});

/** Runs a command of the README as a person does; what npm has downloaded before is not downloaded again. */
function startIn(folder: string, command: string, env: Record<string, string>) {
  const chunks: Buffer[] = [];
  const child = spawn('bash', ['-c', command], {
    cwd: folder,
    env: { HOME: process.env.HOME, npm_config_prefer_offline: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exited = once(child, 'exit');
  return {
    child,
    output: () => Buffer.concat(chunks).toString(),
    end: async () => {
      const all = descendantsOf(child.pid as number);
      for (const pid of all) signalIfRunning(pid, 'SIGTERM');
      await exited;
      await waitFor(() => !all.some(isRunning), { timeoutMs: 20_000 });
    },
  };
}

/** A path whose `node` is of this version, and whose npm runs on it. */
function withNode(version: number): { PATH: string } {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => !part.includes('node_modules'));
  symlinkSync(findNode(version, path), join(folder, 'node'));
  return { PATH: [folder, ...path].join(delimiter) };
}

function findNode(version: number, path: readonly string[]): string {
  const [system] = path.map((folder) => join(folder, 'node')).filter((file) => versionOf(file) === version);
  if (system !== undefined) return system;
  if (versionOf(process.execPath) === version) return process.execPath;
  const folder = temporaryFolder();
  execFileSync('npm', ['install', '--prefix', folder, '--silent', `node@${version}`], { stdio: 'inherit' });
  return join(folder, 'node_modules/.bin/node');
}

function versionOf(node: string): number | undefined {
  try {
    return Number(/\d+/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[0]);
  } catch {
    return undefined;
  }
}

async function otherPorts(): Promise<Record<string, string>> {
  return { RTSP_WORKER_PORT: String(await freePort()), SIMULATOR_PORT: String(await freePort()) };
}

async function isUp(origin: string): Promise<boolean> {
  return fetch(`${origin}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );
}
