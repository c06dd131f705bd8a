/** Files of the dashboard: the page, its bundle, and what is served as it is. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Bundle, bundleDashboard } from './bundle.ts';

/** A file as served. */
export interface PageFile {
  type: string;
  body: Buffer;
  /** Compressed: a third of the bytes. */
  gzip: Buffer;
  /** Quoted (RFC 9110 section 8.8.3). */
  etag: string;
  /** Whether its name changes with its contents, so that browsers may keep it forever. */
  isHashed: boolean;
}

const BROWSER = new URL('./browser/', import.meta.url);
const PAGE = 'index.html';
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.html': 'text/html; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** Reads and bundles everything. Keys are paths below `dashboard/`; `index.html` is the page. */
export async function readPageFiles(): Promise<Map<string, PageFile>> {
  const [bundle, page, others] = await Promise.all([
    bundleDashboard(),
    readFile(new URL(PAGE, BROWSER), 'utf8'),
    readOthers(),
  ]);
  const built = [...bundle.files].map(
    ([name, text]) => [name, fileOf(name, Buffer.from(text), true)] as const,
  );
  return new Map([...built, ...others, [PAGE, fileOf(PAGE, Buffer.from(withBundle(page, bundle)), false)]]);
}

/** Files that are no part of the bundle, such as the icon. */
async function readOthers(): Promise<(readonly [string, PageFile])[]> {
  const names = (await readdir(BROWSER)).filter(
    (name) => name !== PAGE && TYPES[extname(name)] !== undefined,
  );
  return Promise.all(
    names.map(async (name) => [name, fileOf(name, await readFile(new URL(name, BROWSER)), false)] as const),
  );
}

function withBundle(page: string, { script, early, style, preloads }: Bundle): string {
  const links = [
    `<link rel="stylesheet" href="dashboard/${style}">`,
    `<script type="module" async src="dashboard/${early}"></script>`,
    ...preloads.map((name) => `<link rel="modulepreload" href="dashboard/${name}">`),
    `<script type="module" src="dashboard/${script}"></script>`,
  ];
  return page.replace('<!-- bundle -->', () => links.join('\n    '));
}

function fileOf(name: string, body: Buffer, isHashed: boolean): PageFile {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 27);
  const type = TYPES[extname(name)] as string;
  return { type, body, gzip: gzipSync(body), etag: `"${hash}"`, isHashed };
}
