/** `npm run build:client`: makes `shared/client/dist`, which `npm pack ./shared/client` packs. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode, type SourceMapMappings } from '@jridgewell/sourcemap-codec';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const CLIENT = join(ROOT, 'shared/client');
const DIST = join(CLIENT, 'dist');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

rmSync(DIST, { recursive: true, force: true });
// Comments are in the declarations, where editors look for them; in the code they would be sent to phones.
tsc('--removeComments', '--sourceMap');
tsc('--declaration', '--emitDeclarationOnly');
for (const map of globSync('*.js.map', { cwd: DIST })) keepLines(join(DIST, map));
shortenApiTypes();
for (const file of globSync('*.{d.ts,js}', { cwd: DIST })) useTabs(join(DIST, file));
keepReachable('.js');
keepReachable('.d.ts');
copyFileSync(join(ROOT, 'LICENSE'), join(CLIENT, 'LICENSE'));

function tsc(...options: string[]): void {
  execFileSync(process.execPath, [TSC, '-p', CLIENT, ...options], { stdio: 'inherit' });
}

/**
 * Without comments and indentation, since half of the package would be the words of `/openapi.json`, and each
 * type under its own name alone, not as a member of an interface and an alias of that.
 */
function shortenApiTypes(): void {
  const path = join(DIST, 'api-types.d.ts');
  const text = readFileSync(path, 'utf8')
    .replaceAll(/\/\*\*.*?\*\//gs, '')
    .replaceAll(/^export type (\w+) = components\['schemas'\]\['\1'\];\n/gm, '')
    .replace(/export interface components \{\s+schemas: \{\n(.*?)\n {4}\};\n\}\n/s, '$1\n')
    .replaceAll(/^ {8}(\w+): /gm, 'export type $1 = ')
    .replaceAll(/components\['schemas'\]\['(\w+)'\]/g, '$1');
  writeFileSync(path, text.replaceAll(/\n\s+/g, '\n').trimStart());
}

/** A third is white space. No text of the client spans lines, which test/shared/client/house.test.ts keeps. */
function useTabs(path: string): void {
  const tabs = (spaces: string): string => '\t'.repeat(spaces.length / 4);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/^(?: {4})+/gm, tabs));
}

/** Keeps the lines alone: a stack trace needs no more, and columns are nine tenths of a map. */
function keepLines(path: string): void {
  const map = JSON.parse(readFileSync(path, 'utf8'));
  const lines = decode(map.mappings).map(([first]) =>
    first === undefined ? [] : [[0, first[1], first[2], 0]],
  );
  const mappings = encode(lines as SourceMapMappings);
  writeFileSync(path, JSON.stringify({ ...map, names: [], mappings }));
}

/** Removes the files that no entry of the package imports: types have no code, and inner modules no users. */
function keepReachable(ending: '.js' | '.d.ts'): void {
  const reached = new Set(exportsOf().map(({ default: path }) => basename(path, '.js')));
  for (const name of reached) {
    const text = readFileSync(join(DIST, `${name}${ending}`), 'utf8');
    for (const [, imported = ''] of text.matchAll(/from '\.\/([\w-]+)\.[jt]s'/g)) reached.add(imported);
  }
  for (const file of globSync(`*${ending}*`, { cwd: DIST }))
    if (!reached.has(file.slice(0, file.indexOf('.')))) rmSync(join(DIST, file));
}

/** The entries of the package that are modules. */
function exportsOf(): { default: string }[] {
  const { exports } = JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8'));
  return Object.values<string | { default: string }>(exports).filter((entry) => typeof entry === 'object');
}
