import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { frameAnswer, jpegOf } from '../gateway/moondream/harness.ts';
import { getJson, postJson } from '../support/http.ts';
import { requirePeer } from '../support/peers.ts';
import { ROOT } from '../support/source-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TestGateway } from '../support/test-gateway.ts';
import { API_TYPES, generateApiTypes } from './api-types.ts';
import { generatorFile, PYTHON, packageFile, run } from './tools.ts';

const FRAME = jpegOf(640, 360);
const PYTHON_PROGRAM = fileURLToPath(new URL('../peers/python-client.py', import.meta.url));
/** Compiler options of a program that uses generated code. */
const STRICT = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'esnext', '--module', 'nodenext'];
const TYPED_PROGRAM = `import type { components, paths } from './types.ts';

type Camera = components['schemas']['Camera'];
type Answer = paths['/api/cameras']['get']['responses']['200']['content']['application/json'];
type Width = NonNullable<paths['/api/cameras/{cameraId}/frame']['get']['parameters']['query']>['width'];

const [origin] = process.argv.slice(2);
const width: Width = 320;
const cameras: Answer = await (await fetch(\`\${origin}/api/cameras\`)).json() as Answer;
const ids: string[] = cameras.map((camera: Camera) => camera.id);
const frame = await fetch(\`\${origin}/api/cameras/\${ids[0]}/frame?width=\${width}\`);
console.log(JSON.stringify({ ids, jpeg: Buffer.from(await frame.arrayBuffer()).toString('hex') }));
`;
const CLIENT_PROGRAM = `import { client } from './client/client.gen.ts';
import { getFrame, listCameras } from './client/sdk.gen.ts';

client.setConfig({ baseUrl: process.argv[2] });
const { data: cameras = [] } = await listCameras({ throwOnError: true });
const { data: frame } = await getFrame({ path: { cameraId: cameras[0]?.id ?? '' }, query: { width: 320 }, throwOnError: true });
console.log(JSON.stringify({ ids: cameras.map(({ id }) => id), jpeg: Buffer.from(await (frame as Blob).arrayBuffer()).toString('hex') }));
`;

describe('Generators of clients', function () {
  this.timeout(180_000);
  let gateway: TestGateway;
  const folder = temporaryFolder();
  const document = join(folder, 'openapi.json');

  before(async function () {
    requirePeer(this, 'what .ci/generators/install installs');
    gateway = await TestGateway.open();
    await postJson(`${gateway.origin}/api/cameras`, { id: '1', name: 'Door', url: 'rtsp://192.0.2.1/1' });
    for (const worker of gateway.workers)
      worker.answers.set('GET /api/cameras/1/frame', frameAnswer({ sequence: 7, timestamp: 1 }, FRAME));
    writeFileSync(document, JSON.stringify((await getJson(`${gateway.origin}/openapi.json`)).body));
  });
  after(() => gateway?.close());

  /** What each generated client is to fetch. */
  function expectFetched(printed: string): void {
    expect(JSON.parse(printed)).to.deep.equal({ ids: ['1'], jpeg: FRAME.toString('hex') });
  }

  it('get a document that is valid', async () => {
    const args = [packageFile('@redocly/cli/bin/cli.js'), 'lint', '--extends=minimal', document];
    await run(process.execPath, [...args, '--skip-rule=no-unused-components'], folder);
  });

  it("npm run api-types has nothing to add to the client's types", async () => {
    expect(await generateApiTypes()).to.equal(readFileSync(join(ROOT, API_TYPES), 'utf8'));
  });

  it('openapi-typescript writes types that a program compiles and runs with', async () => {
    await run(
      process.execPath,
      [packageFile('openapi-typescript/bin/cli.js'), document, '-o', 'types.ts'],
      folder,
    );
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(join(folder, 'typed.ts'), TYPED_PROGRAM);
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    await run(
      process.execPath,
      [tsc, ...STRICT, ...types, '--allowImportingTsExtensions', 'typed.ts'],
      folder,
    );
    expectFetched(await runBeside('typed.ts'));
  });

  it('@hey-api/openapi-ts writes a client that fetches', async () => {
    writeFileSync(
      join(folder, 'openapi-ts.config.mjs'),
      `export default {
        input: ${JSON.stringify(document)},
        output: { path: 'client', module: { extension: '.ts' } },
        plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
      };`,
    );
    await run(
      process.execPath,
      [packageFile('@hey-api/openapi-ts/bin/run.js'), '-f', 'openapi-ts.config.mjs'],
      folder,
    );
    writeFileSync(join(folder, 'client.ts'), CLIENT_PROGRAM);
    expectFetched(await runBeside('client.ts'));
  });

  it('openapi-python-client writes a client that fetches', async () => {
    const config = generatorFile('openapi-python-client.yaml');
    const output = ['--output-path', 'generated_client', '--meta', 'none', '--config', config];
    const args = ['-m', 'openapi_python_client', 'generate', '--path', document, ...output];
    await run(PYTHON, [...args, '--fail-on-warning'], folder);
    expectFetched(await run(PYTHON, [PYTHON_PROGRAM, folder, gateway.origin], folder));
  });

  const runBeside = (program: string) =>
    run(process.execPath, [join(folder, program), gateway.origin], folder);
});
