import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { getJson } from '../support/http.ts';
import { type RunningProcess, startGateway } from '../support/processes.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
/** Every answer but a success fails the command. */
const STRICT = 'set -e; curl() { command curl --silent --show-error --fail-with-body "$@"; }\n';

describe('The README', () => {
  const examples = curlExamples(readFileSync(join(ROOT, 'README.md'), 'utf8'));
  const folder = temporaryFolder();
  let gateway: RunningProcess;

  before(async () => {
    gateway = await startGateway({ DEMO_CAMERAS: 'on' });
    await waitFor(async () => (await liveCameras(gateway)) === 4, { timeoutMs: 60_000 });
  });

  after(() => gateway.end());

  it('has ten examples', () => {
    expect(examples).to.have.length(10);
  });

  // Before an example stores a camera, which ends the demo.
  it('gets frames over a WebSocket by its program', async () => {
    const [, program = ''] = /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
    const toGateway = program.replaceAll('localhost:5000', new URL(gateway.origin).host);
    // The first frame ends it; without one it would run on.
    const ending = `${toGateway}\nsocket.addEventListener('message', ({ data }) => {
      const { data: jpeg } = JSON.parse(data);
      if (jpeg === undefined) return;
      console.log(Buffer.from(jpeg, 'base64').readUInt16BE(0).toString(16));
      process.exit();
    });`;
    const { stdout } = await run(process.execPath, ['-e', ending], { timeout: 30_000 });
    expect(stdout.trim()).to.equal('ffd8');
  });

  for (const example of examples) {
    it(`runs as printed: ${example.split('\n')[0]}`, async () => {
      const command = example.replaceAll('http://localhost:5000', gateway.origin);
      await run('bash', ['-c', STRICT + command], { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
    });
  }

  it('gets pictures from its examples', () => {
    for (const name of ['frame.jpg', 'small.jpg', 'stream.mjpeg'])
      expect(statSync(join(folder, name)).size, name).to.be.above(1000);
  });
});

/** The commands of its shell blocks that begin with `curl`, each with its further lines. */
function curlExamples(text: string): string[] {
  return [...text.matchAll(/^curl (?:.*\\\n)*.*$/gm)].map(([command]) => command);
}

async function liveCameras({ origin }: RunningProcess): Promise<number> {
  const states = await Promise.all(
    ['1', '2', '3', '4'].map((id) => getJson(`${origin}/api/cameras/${id}/status`)),
  );
  return states.filter(({ body }) => (body as { connected?: boolean }).connected === true).length;
}
