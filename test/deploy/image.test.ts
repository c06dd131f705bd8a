import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../support/free-port.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** What the image may take, and what its base takes of that (`debian:bookworm-slim`, amd64). */
const MAX_IMAGE_MB = 450;
const BASE_IMAGE_MB = 75;
const IMAGE_USER = 1000;
const INSTALL_MS = 300_000;
/** Of a gateway whose code was never compiled, beside other tests. */
const START = { timeoutMs: 60_000 };

const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ');

/** Whether a Docker engine answers; the client alone builds nothing. */
function hasDocker(): boolean {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('The container image', function () {
  this.timeout(INSTALL_MS);

  before('installs dependencies anew, which a developer need not wait for', function () {
    if (process.env.CI_PEERS === 'required') return;
    console.log('    skipped: the image is built in CI only');
    this.skip();
  });

  if (hasDocker()) it('is built, is small enough and answers its health check', buildAndRun);
  else console.log('No Docker engine answers: the steps of the Dockerfile run in a folder instead.');

  function buildAndRun(): void {
    execFileSync('docker', ['build', '-t', 'gateway-under-test', ROOT], { stdio: 'inherit' });
    const bytes = execFileSync('docker', ['image', 'inspect', '-f', '{{.Size}}', 'gateway-under-test']);
    expect(Number(bytes) / 1e6).to.be.below(MAX_IMAGE_MB);
    const id = execFileSync('docker', ['run', '-d', '--read-only', '--tmpfs', '/tmp', 'gateway-under-test']);
    const health = ['inspect', '-f', '{{.State.Health.Status}}', String(id).trim()];
    try {
      for (let status = ''; status !== 'healthy'; status = String(execFileSync('docker', health)).trim())
        expect(status).not.to.equal('unhealthy');
    } finally {
      execFileSync('docker', ['rm', '-f', String(id).trim()]);
    }
  }

  describe('step by step', () => {
    const app = join(temporaryFolder(), 'app');
    const data = join(dirname(app), 'data');

    const copy = (source: string): void => cpSync(join(ROOT, source), join(app, source), { recursive: true });
    const run = (line: string): void =>
      void execFileSync('sh', ['-ec', line], { cwd: app, stdio: ['ignore', 'ignore', 'inherit'] });

    before('copy and install what the Dockerfile says', () => {
      mkdirSync(app);
      for (const [, name, line] of dockerfile.matchAll(/^(COPY|RUN) (?!--from)(.+)$/gm)) {
        if (name === 'COPY') for (const source of (line as string).split(/\s+/).slice(0, -1)) copy(source);
        else if (line?.startsWith('npm ci')) run(line);
      }
      mkdirSync(data);
      chownSync(data, IMAGE_USER, IMAGE_USER);
      chmodSync(dirname(app), 0o755);
    });

    it('holds the licences of what it redistributes', () => {
      const licences = readFileSync(join(app, 'THIRD_PARTY_LICENSES.txt'), 'utf8');
      for (const name of ['express', 'node-av', 'node-datachannel'])
        expect(licences).to.include(`- ${name}@`);
    });

    it(`is below ${MAX_IMAGE_MB} MB with its base`, () => {
      const own = Number(String(execFileSync('du', ['-sm', app])).split('\t')[0]);
      expect(own + BASE_IMAGE_MB).to.be.below(MAX_IMAGE_MB);
    });

    it('runs as its user, writes to its data folder alone and answers its health check', async function () {
      if (process.getuid?.() !== 0) {
        console.log('    only root can become the user of the image');
        this.skip();
      }
      const port = await freePort();
      const env = {
        PATH: `${app}/node_modules/.bin:/usr/bin:/bin`,
        PORT: String(port),
        DATA_DIR: data,
        DEMO_CAMERAS: 'off',
      };
      const [executable, ...options] = JSON.parse(dockerfile.match(/^CMD (\[.*\])$/m)?.[1] as string);
      const user = { uid: IMAGE_USER, gid: IMAGE_USER };
      const gateway = spawn(executable, options, { cwd: app, env, ...user, stdio: 'ignore' });
      try {
        const check = JSON.parse(dockerfile.match(/^HEALTHCHECK .*CMD (\[.*\])$/m)?.[1] as string).slice(1);
        await waitFor(() => {
          try {
            execFileSync(executable, check, { env, ...user });
            return true;
          } catch {
            return false;
          }
        }, START);
      } finally {
        gateway.kill();
      }
    });

    after(() => rmSync(app, { recursive: true, force: true }));
  });
});
