import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { settingsPage } from '../scripts/settings-page.ts';
import { ROOT, type SourceFile, sourceFiles, testFiles } from './support/source-files.ts';

const MAX_LINES = 300;
const README_LINES = 150;
const README_COLUMNS = 100;

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

/** Rooms of the gateway below the subjects, and what each may import of the others. */
const PLUMBING: Readonly<Record<string, readonly string[]>> = {
  http: [],
  jobs: [],
  'worker-access': ['jobs'],
  config: ['http'],
  openapi: ['http'],
  store: ['jobs'],
  sockets: ['http', 'worker-access'],
  supervisor: ['jobs', 'store', 'worker-access'],
  auth: ['config', 'http', 'jobs', 'store'],
};
/** Who asks, and what they may: every room may read it from a request. */
const WHO_ASKS = /^gateway\/auth\/(principal|rights|address-key|local-request)\.ts$/;
/** What subjects may know beside of access and processes. */
const SUBJECTS_BELOW = [
  ['webrtc', 'gateway/auth/access.ts'],
  ['restream', 'gateway/auth/door.ts'],
  ['restream', 'gateway/auth/keys/key.ts'],
  ['agents', 'gateway/supervisor/worker-status.ts'],
  ['agents', 'gateway/auth/door.ts'],
  ['agents', 'gateway/auth/keys/key.ts'],
  ['health', 'gateway/supervisor/worker-status.ts'],
  ['dashboard', 'gateway/supervisor/worker-status.ts'],
  ['notifications', 'gateway/supervisor/worker-status.ts'],
  ['notifications', 'gateway/auth/access.ts'],
  ['analysis', 'gateway/supervisor/on-demand-worker.ts'],
  ['remote-workers', 'gateway/supervisor/worker-status.ts'],
  ['placement', 'gateway/supervisor/worker-status.ts'],
] as const;

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

  it('builds the agent on what is shared and on the supervisor, and starts its worker as a process', () => {
    const isAllowed = (to: string): boolean => /^(agent|shared|gateway\/supervisor)\//.test(to);
    const isOurs = (to: string): boolean => /^(agent|gateway|workers|shared)\//.test(to);
    expect(
      breaches(({ path }, to) => path.startsWith('agent/') && isOurs(to) && !isAllowed(to)),
    ).to.deep.equal([]);
    expect(breaches(({ path }, to) => !path.startsWith('agent/') && to.startsWith('agent/'))).to.deep.equal(
      [],
    );
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
    ['onvif', /^workers\/rtsp\/onvif\/onvif-library\.ts$/],
    ['node-datachannel', /^workers\/rtsp\/outputs\/webrtc\/peer\.ts$/],
    [
      'node:child_process',
      /^(gateway\/supervisor\/(worker-process|process-identity)|workers\/rtsp\/probe\/probe-process)\.ts$/,
    ],
    ['path-to-regexp', /^gateway\/http\/route-table\.ts$/],
    ['httpxy', /^gateway\/worker-access\/http-proxy\.ts$/],
    [
      'got',
      /^(gateway\/(deliveries\/http-post|devices\/mediamtx\/http|models\/upstream(-errors)?)|workers\/analysis\/frames\/still-pictures)\.ts$/,
    ],
    [
      'ws',
      /^(shared\/(frames|http)\/|gateway\/(sockets\/|agents\/|worker-access\/worker-socket\.ts$)|workers\/(host\/|rtsp\/outputs\/|analysis\/(results|frames\/frame-link)\.ts$))/,
    ],
    ['mqtt', /^gateway\/mqtt\/broker-link\.ts$/],
    ['kysely', /^gateway\/(store\/|[\w-]+\/[\w-]+-repository\.ts$)/],
    ['pg', /^gateway\/store\//],
    ['node:sqlite', /^(gateway\/store\/|workers\/rtsp\/archive\/segment-database\.ts$)/],
    ['esbuild', /^gateway\/dashboard\/bundle\.ts$/],
    ['uqr', /^gateway\/(host\/banner|dashboard\/browser\/elements\/qr-code)\.ts$/],
    ['yaml', /^gateway\/cameras\/cameras-file\.ts$/],
    ['@fastify/busboy', /^gateway\/camera-streams\//],
    ['s3mini', /^gateway\/camera-streams\/bucket\.ts$/],
    ['@trpc/server', /^gateway\/camera-streams\//],
    ['cockatiel', /^gateway\/models\/circuit-breaker\.ts$/],
    ['standardwebhooks', /^gateway\/deliveries\//],
    ['web-push', /^gateway\/notifications\/targets\/push-library\.ts$/],
    ['nodemailer', /^gateway\/notifications\/targets\/mail-server\.ts$/],
    ['@modelcontextprotocol/server', /^gateway\/mcp\//],
  ] as const) {
    it(`has one door to ${vendor}`, () => {
      const isVendor = (to: string): boolean => to === vendor || to.startsWith(`${vendor}/`);
      expect(breaches(({ path }, to) => isVendor(to) && !door.test(path))).to.deep.equal([]);
    });
  }

  it("takes Node's HTTP from one file, since an import of it loads the client behind fetch", () => {
    const importOfValues = /^import (?!type\b)[^;]*? from 'node:http'/m;
    expect(offenders(importOfValues, (path) => path === 'shared/http/node-http.ts')).to.deep.equal([]);
  });

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

  for (const [room, below] of Object.entries(PLUMBING)) {
    it(`lets gateway/${room} import ${below.length === 0 ? 'no other room' : `only ${below.join(', ')}`}`, () => {
      const isAllowed = (to: string): boolean => {
        const target = roomOf(to);
        return target === undefined || target === room || below.includes(target) || WHO_ASKS.test(to);
      };
      expect(breaches(({ path }, to) => roomOf(path) === room && !isAllowed(to))).to.deep.equal([]);
    });
  }

  it('keeps who may do what, and processes, out of the subjects', () => {
    const isSubject = (path: string): boolean => {
      const room = roomOf(path);
      return room !== undefined && room !== 'host' && !(room in PLUMBING);
    };
    const isAllowed = (path: string, to: string): boolean =>
      WHO_ASKS.test(to) ||
      SUBJECTS_BELOW.some(([from, imported]) => from === roomOf(path) && imported === to);
    expect(
      breaches(
        ({ path }, to) => isSubject(path) && /^gateway\/(auth|supervisor)\//.test(to) && !isAllowed(path, to),
      ),
    ).to.deep.equal([]);
  });

  it('has no circle of rooms, in the gateway and in the RTSP worker', () => {
    const rooms = new Map<string, Set<string>>();
    for (const { path, imports } of files) {
      for (const to of imports) {
        const [from, target] = [folderOf(path), folderOf(to)];
        if (from === undefined || target === undefined || from === target) continue;
        rooms.set(from, (rooms.get(from) ?? new Set()).add(target));
      }
    }
    expect(rooms.get('gateway/cameras')).to.include('gateway/store');
    expect(cyclesOf([...rooms.keys()], (room) => [...(rooms.get(room) ?? [])])).to.deep.equal([]);
  });

  it('has no import cycles, types included', () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const importsOf = (path: string): string[] =>
      (byPath.get(path)?.imports ?? []).filter((to) => byPath.has(to));
    expect(cyclesOf([...byPath.keys()], importsOf)).to.deep.equal([]);
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

  it(`keeps the README within ${README_LINES} lines of ${README_COLUMNS} columns`, () => {
    const lines = readFileSync(join(ROOT, 'README.md'), 'utf8').trimEnd().split('\n');
    expect(lines.length).to.be.at.most(README_LINES);
    expect(lines.filter((line) => line.length > README_COLUMNS)).to.deep.equal([]);
  });

  it('speaks plain words: see CONTRIBUTING.md for what to say instead', () => {
    const quaint =
      /\b(?:whoever|whatever|(?:no|some|every)body|at once|as far as|so long|none of|by rights)\b/gi;
    const found = [...files, ...testFiles()].flatMap(({ path, text }) =>
      path === 'test/rules.test.ts' ? [] : [...text.matchAll(quaint)].map(([word]) => `${path}: ${word}`),
    );
    expect(found).to.deep.equal([]);
  });

  it('has no comment that only repeats the name below it', () => {
    expect(offenders(/^\s*\/\*\* What [\w ]+ (?:is|are) made of\. \*\/$/m, () => false)).to.deep.equal([]);
  });
});

/** The room of a file of the gateway; undefined for its loose files and for other files. */
function roomOf(path: string): string | undefined {
  return /^gateway\/([^/]+)\//.exec(path)?.[1];
}

/** The folder that rules of rooms speak of: each output of the RTSP worker is one. */
function folderOf(path: string): string | undefined {
  return /^(gateway|workers\/rtsp(?:\/outputs)?)\/[^/]+(?=\/)/.exec(path)?.[0];
}

/** Every cycle that a walk through the graph meets, as `a → b → a`. */
function cyclesOf(nodes: readonly string[], next: (node: string) => readonly string[]): string[] {
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (node: string, trail: readonly string[]): void => {
    if (trail.includes(node)) cycles.push([...trail.slice(trail.indexOf(node)), node].join(' → '));
    if (finished.has(node) || trail.includes(node)) return;
    for (const to of next(node)) visit(to, [...trail, node]);
    finished.add(node);
  };
  for (const node of nodes) visit(node, []);
  return cycles;
}
