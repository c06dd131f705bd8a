import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { getJson, postJson } from '../support/http.ts';
import { type RunningProcess, startGateway, startWorker } from '../support/processes.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** What a process may load of the packages that package.json names before a client wants anything. */
const GATEWAY = [
  'eventsource-parser',
  'express',
  'express-rate-limit',
  'kysely',
  'p-retry',
  'path-to-regexp',
  'pino',
  'pino-http',
  'standardwebhooks',
  'ws',
  'zod',
];
const WORKER = ['express', 'path-to-regexp', 'pino', 'pino-http', 'ws', 'zod'];

describe('What is loaded before a client wants anything', () => {
  const folder = temporaryFolder();
  const running: RunningProcess[] = [];

  after(async () => {
    await Promise.all(running.map((process) => process.end()));
    rmSync(folder, { recursive: true, force: true });
  });

  /** Settings that make a process note its modules. */
  function noted(name: string) {
    const file = join(folder, name);
    const hook = pathToFileURL(join(ROOT, 'test/support/note-modules.js')).href;
    const modules = (): string[] => readFileSync(file, 'utf8').split('\n');
    return { env: { NOTED_MODULES: file, NODE_OPTIONS: `--import=${hook}` }, modules };
  }
  /** Packages of ours that were loaded. */
  function packages(modules: readonly string[]): string[] {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const isLoaded = (name: string): boolean => modules.some((url) => url.includes(`/node_modules/${name}/`));
    return Object.keys(dependencies).filter(isLoaded);
  }

  it('by a gateway, are no libraries of features that are off, nor what answers calls alone', async () => {
    const { env, modules } = noted('gateway');
    const gateway = await startGateway({ ...env, DEMO_CAMERAS: 'off', RTSP_WORKERS: '1' });
    running.push(gateway);
    await waitFor(async () => (await getJson(`${gateway.origin}/health`)).body.status === 'ok');
    expect(packages(modules()).filter((name) => !GATEWAY.includes(name))).to.deep.equal([]);
    const ofClients = modules().filter((url) => /\/(shared\/client|mcp\/own-client|trpc\.ts)/.test(url));
    expect(ofClients).to.deep.equal([]);
    expect(modules()).not.to.include('fetch');
    // What is loaded later is noted too.
    await getJson(`${gateway.origin}/trpc/cameraStream.list`);
    expect(packages(modules())).to.include('@trpc/server');
  });

  it('by an RTSP worker, are no media libraries, until a camera is watched', async () => {
    const { env, modules } = noted('worker');
    const worker = await startWorker(env);
    running.push(worker);
    expect(modules()).not.to.include('fetch');
    expect(packages(modules()).filter((name) => !WORKER.includes(name))).to.deep.equal([]);
    await postJson(`${worker.origin}/api/cameras/disconnect`, { cameraId: '1' });
    expect(packages(modules()).filter((name) => !WORKER.includes(name))).to.deep.equal([]);
  });
});
