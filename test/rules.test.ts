import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { settingsPage } from '../scripts/settings-page.ts';
import { ROOT, type SourceFile, sourceFiles } from './support/source-files.ts';

const MAX_LINES = 300;

const files = sourceFiles();

/** `importer → imported` for every import that a rule forbids. */
function breaches(isForbidden: (file: SourceFile, imported: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((imported) => isForbidden(file, imported))
      .map((imported) => `${file.path} → ${imported}`),
  );
}

/** Files whose text a rule forbids. */
function offenders(pattern: RegExp, isAllowed: (path: string) => boolean): string[] {
  return files.filter(({ path, text }) => pattern.test(text) && !isAllowed(path)).map(({ path }) => path);
}

const isMain = (path: string): boolean => path.endsWith('/main.ts');
const isConfig = (path: string): boolean => /(^gateway\/config\/\w+|\/config)\.ts$/.test(path);

describe('The house', () => {
  it('keeps gateway and workers apart, and shared below both', () => {
    expect(
      breaches(({ path }, to) => path.startsWith('gateway/') && to.startsWith('workers/')),
    ).to.deep.equal([]);
    expect(
      breaches(({ path }, to) => path.startsWith('workers/') && to.startsWith('gateway/')),
    ).to.deep.equal([]);
    expect(
      breaches(({ path }, to) => path.startsWith('shared/') && /^(gateway|workers)\//.test(to)),
    ).to.deep.equal([]);
  });

  it('lets each worker be deleted without breaking another', () => {
    const kindOf = (path: string): string | undefined => /^workers\/([^/]+)\//.exec(path)?.[1];
    expect(
      breaches(({ path }, to) => {
        const [from, target] = [kindOf(path), kindOf(to)];
        return from !== undefined && target !== undefined && from !== target && target !== 'host';
      }),
    ).to.deep.equal([]);
  });

  for (const [vendor, door] of [
    ['node-av', /^workers\/(rtsp\/ffmpeg\/|simulator\/scenes\/|analysis\/frames\/jpeg-decoder\.ts)/],
    ['onnxruntime-node', /^workers\/analysis\/detectors\/onnx-detector\.ts$/],
    ['@opencvjs/node', /^workers\/analysis\/detectors\/opencv\/opencv\.ts$/],
    ['onvif', /^workers\/rtsp\/onvif\/onvif-device\.ts$/],
    ['node-datachannel', /^workers\/rtsp\/outputs\/webrtc\/peer\.ts$/],
    [
      'node:child_process',
      /^(gateway\/supervisor\/(worker-process|process-identity)|workers\/rtsp\/probe\/probe-process)\.ts$/,
    ],
    ['path-to-regexp', /^gateway\/http\/route-table\.ts$/],
    ['httpxy', /^gateway\/worker-access\/http-proxy\.ts$/],
    ['dotenv', /\/main\.ts$/],
    ['pg', /^gateway\/store\//],
    ['node:sqlite', /^gateway\/store\//],
    ['yaml', /^gateway\/cameras\/cameras-file\.ts$/],
    ['@fastify/busboy', /^gateway\/camera-streams\//],
    ['@trpc/server', /^gateway\/camera-streams\//],
    ['standardwebhooks', /^gateway\/deliveries\//],
  ] as const) {
    it(`has one door to ${vendor}`, () => {
      const isVendor = (to: string): boolean => to === vendor || to.startsWith(`${vendor}/`);
      expect(breaches(({ path }, to) => isVendor(to) && !door.test(path))).to.deep.equal([]);
    });
  }

  it('reads the environment in configuration only', () => {
    expect(offenders(/process\.env\b/, (path) => isMain(path) || isConfig(path))).to.deep.equal([]);
  });

  it('ends the process and takes signals in main files only', () => {
    expect(offenders(/process\.(exit|on|once)\(/, isMain)).to.deep.equal([]);
  });

  it('keeps the media layer below the transports', () => {
    const isLow = (path: string): boolean =>
      /^(shared\/media|workers\/rtsp\/(source|ffmpeg|packets|pictures))\//.test(path);
    const isHigh = (to: string): boolean =>
      /^workers\/rtsp\/(outputs|routes|server)/.test(to) || ['express', 'ws'].includes(to);
    expect(breaches(({ path }, to) => isLow(path) && isHigh(to))).to.deep.equal([]);
  });

  it('keeps protocol code free of all but Node and the errors', () => {
    const isAllowed = (to: string): boolean =>
      to.startsWith('node:') || to.startsWith('shared/media/') || to === 'shared/errors.ts';
    expect(breaches(({ path }, to) => path.startsWith('shared/media/') && !isAllowed(to))).to.deep.equal([]);
  });

  it('has no import cycles', () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const finished = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (finished.has(path) || trail.includes(path)) return;
      for (const to of valueImports(byPath.get(path))) visit(to, [...trail, path]);
      finished.add(path);
    };
    const valueImports = (file: SourceFile | undefined): string[] =>
      (file?.imports ?? []).filter((to) => byPath.has(to) && !isTypeOnly(file as SourceFile, to));
    for (const { path } of files) visit(path, []);
    expect(cycles).to.deep.equal([]);
  });

  it(`has no file over ${MAX_LINES} lines`, () => {
    const isGenerated = (path: string): boolean => path === 'shared/client/api-types.ts';
    const long = files
      .filter(({ path, text }) => text.split('\n').length > MAX_LINES && !isGenerated(path))
      .map(({ path }) => path);
    expect(long).to.deep.equal([]);
  });

  it('documents every environment variable in docs/settings.md and .env.example', () => {
    const page = readFileSync(join(ROOT, 'docs/settings.md'), 'utf8');
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8');
    const read = files
      .filter(({ path }) => isConfig(path) || path === 'shared/settings.ts')
      .flatMap(({ text }) =>
        [...text.matchAll(/read\w+\(env, '([A-Z_]+)'/g)].map((match) => match[1] as string),
      );
    expect(read).to.include('PORT');
    expect(page, 'npm run settings writes docs/settings.md').to.equal(settingsPage());
    expect(read.filter((name) => !page.includes(`\`${name}\``))).to.deep.equal([]);
    expect(read.filter((name) => !example.includes(name))).to.deep.equal([]);
  });
});

/** Whether a file imports another for its types only, which leaves nothing at run time. */
function isTypeOnly(file: SourceFile, to: string): boolean {
  const name = to.split('/').at(-1) as string;
  const statements = [...file.text.matchAll(/import\s+(type\s+)?[^;]*?from\s+'([^']+)'/g)];
  return statements.filter((match) => match[2]?.endsWith(name)).every((match) => match[1] !== undefined);
}
