/** `npm run build:client`: makes `shared/client/dist`, which `npm pack ./shared/client` packs. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode } from '@jridgewell/sourcemap-codec';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const CLIENT = join(ROOT, 'shared/client');
const DIST = join(CLIENT, 'dist');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

rmSync(DIST, { recursive: true, force: true });
// Comments are in the declarations, where editors look for them; in the code they would be sent to phones.
tsc('--removeComments', '--sourceMap');
tsc('--declaration', '--emitDeclarationOnly');
for (const map of globSync('*.js.map', { cwd: DIST })) keepLines(join(DIST, map));
copyFileSync(join(ROOT, 'LICENSE'), join(CLIENT, 'LICENSE'));

function tsc(...options: string[]): void {
  execFileSync(process.execPath, [TSC, '-p', CLIENT, ...options], { stdio: 'inherit' });
}

/** Keeps the first segment of each line: a stack trace needs lines, and columns are two thirds of a map. */
function keepLines(path: string): void {
  const map = JSON.parse(readFileSync(path, 'utf8'));
  const mappings = encode(decode(map.mappings).map((segments) => segments.slice(0, 1)));
  writeFileSync(path, JSON.stringify({ ...map, names: [], mappings }));
}
