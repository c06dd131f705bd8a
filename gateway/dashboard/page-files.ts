/** Files of the dashboard, read once: our modules, the shared client, and lit-html. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { stripTypes } from './strip-types.ts';

/** A file as served. */
export interface PageFile {
  type: string;
  body: string;
  /** Compressed: a third of the bytes. */
  gzip: Buffer;
  /** Quoted (RFC 9110 section 8.8.3). */
  etag: string;
}

const BROWSER = fileURLToPath(new URL('./browser/', import.meta.url));
const SHARED_CLIENT = fileURLToPath(new URL('../../shared/client/', import.meta.url));
/** Node resolves to the server build, one folder below the browser build. */
const LIBRARY = fileURLToPath(new URL('../', import.meta.resolve('lit-html')));
/** The used modules of the library with their dependencies. */
const LIBRARY_FILES = [
  'lit-html.js',
  'directive.js',
  'directive-helpers.js',
  'async-directive.js',
  'directives/keyed.js',
  'directives/ref.js',
  'directives/repeat.js',
];
const COMMON_STYLES = ['styles/base.css', 'styles/controls.css', 'styles/pages.css'];
/** For React Native only. */
const NOT_FOR_BROWSERS = ['react.ts'];

const TYPES: Record<string, string> = {
  ts: 'text/javascript; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  html: 'text/html; charset=utf-8',
  webmanifest: 'application/manifest+json',
};

/**
 * Reads everything. Keys are paths below `dashboard/`; `index.html` is the page, which
 * preloads every module, so that the browser requests them simultaneously.
 */
export async function readPageFiles(): Promise<Map<string, PageFile>> {
  const own = await readFolder(BROWSER, '');
  const shared = await readFolder(SHARED_CLIENT, 'shared/client/');
  const library = await Promise.all(
    LIBRARY_FILES.map(async (name) => [`lit-html/${name}`, await readText(LIBRARY, name)] as const),
  );
  const sources = [...own, ...shared].filter(([name]) => isForBrowsers(name));
  const modules = await compile(sources);
  const rest = sources.filter(([name]) => !isModule(name) && name !== 'index.html');
  const files = new Map([...modules, ...rest, ...library.map(withoutMapHint)]);
  const scripts = [...files.keys()].filter((name) => /\.(ts|js)$/.test(name));
  const page = new Map(own).get('index.html') ?? '';
  files.set(
    'index.html',
    page
      .replace('<!-- modules -->', () => preloads(scripts))
      .replace('<!-- styles -->', () => styleLinks([...files.keys()])),
  );
  return new Map([...files].map(([name, body]) => [name, fileOf(name, body)]));
}

async function readFolder(folder: string, prefix: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/'))
    .filter((name) => name !== 'tsconfig.json')
    .sort();
  return Promise.all(
    names.map(async (name) => [`${prefix}${name}`, await readText(folder, name)] as const),
  ).then((read) => read.map(([name, text]) => [name, text]));
}

function readText(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

function isModule(name: string): boolean {
  return name.endsWith('.ts');
}

function isForBrowsers(name: string): boolean {
  return !NOT_FOR_BROWSERS.includes(name.replace('shared/client/', ''));
}

async function compile(sources: [string, string][]): Promise<[string, string][]> {
  const stripped = await stripTypes(Object.fromEntries(sources.filter(([name]) => isModule(name))));
  return Object.entries(stripped).map(([name, text]) => [name, resolveImports(name, text)]);
}

/** Browsers know neither packages nor `#shared`: both become relative paths. */
function resolveImports(name: string, text: string): string {
  const up = '../'.repeat(name.split('/').length - 1) || './';
  return text
    .replace(/(from\s+|import\s+)'lit-html'/g, `$1'${up}lit-html/lit-html.js'`)
    .replace(/(from\s+|import\s+)'lit-html\/([^']+)'/g, `$1'${up}lit-html/$2'`)
    .replace(/(from\s+|import\s+)'#shared\/([^']+)'/g, `$1'${up}shared/$2'`);
}

/** The library's source maps are not served. */
function withoutMapHint([name, text]: readonly [string, string]): [string, string] {
  return [name, text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')];
}

function preloads(scripts: string[]): string {
  return scripts.map((name) => `<link rel="modulepreload" href="dashboard/${name}">`).join('\n    ');
}

/** The common styles first, then those of pages in the order of the alphabet. */
function styleLinks(names: string[]): string {
  const styles = names.filter((name) => name.startsWith('styles/') && !COMMON_STYLES.includes(name)).sort();
  return [...COMMON_STYLES, ...styles]
    .map((name) => `<link rel="stylesheet" href="dashboard/${name}">`)
    .join('\n    ');
}

function fileOf(name: string, body: string): PageFile {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 27);
  return {
    type: TYPES[name.split('.').at(-1) as string] ?? 'text/plain',
    body,
    gzip: gzipSync(body),
    etag: `"${hash}"`,
  };
}
