import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import { SECRET_SETTINGS } from '../gateway/config/secret-files.ts';
import { DOCUMENTS, readDocument as read } from './documents/blocks.ts';
import { POLICIES } from './policies/policy-list.ts';
import { ROOT, sourceFiles } from './support/source-files.ts';

// The client's own README goes with its package.
const pages = DOCUMENTS.filter((page) => !page.startsWith('shared/'));

describe('The documents', () => {
  it('link only to files and headings that exist', () => {
    const dead = pages.flatMap((page) =>
      linksOf(page)
        .filter(
          ({ file, heading }) => !existsSync(file) || (heading !== '' && !headingsOf(file).includes(heading)),
        )
        .map(({ target }) => `${page} → ${target}`),
    );
    expect(dead).to.deep.equal([]);
  });

  it('are all reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached)
      for (const { file } of linksOf(page)) if (file.endsWith('.md')) reached.add(relative(ROOT, file));
    expect(pages.filter((page) => !reached.has(page))).to.deep.equal([]);
  });

  it('list every security policy as the tests do', () => {
    const security = read('docs/security.md').replaceAll(/ +\|/g, ' |');
    const missing = Object.entries(POLICIES).filter(
      ([id, rule]) => !security.replaceAll(/\| +/g, '| ').includes(`| ${id} | ${rule} |`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('name every secret that may come from a file', () => {
    const deployment = read('docs/deployment.md');
    expect(SECRET_SETTINGS.filter((name) => !deployment.includes(`\`${name}\``))).to.deep.equal([]);
  });

  it('name every room of the tree', () => {
    const architecture = read('docs/architecture.md');
    const rooms = ['gateway', 'workers', 'workers/rtsp', 'shared'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory()),
    );
    const unnamed = rooms.filter(({ name }) => !new RegExp(`[/{,]${name}\\b`).test(architecture));
    expect(unnamed.map(({ name }) => name)).to.deep.equal([]);
  });

  it('exist where a comment cites one', () => {
    const cited = sourceFiles().flatMap(({ path, text }) =>
      [...text.matchAll(/\b(docs\/[\w/.-]+\.md|[A-Z]+\.md)\b/g)].map(([name]) => ({ path, name })),
    );
    expect(cited.filter(({ name }) => !existsSync(join(ROOT, name)))).to.deep.equal([]);
    const absent = /\((?:contract|reliability notes|design), sections?\b/i;
    expect(
      sourceFiles()
        .filter(({ text }) => absent.test(text))
        .map(({ path }) => path),
    ).to.deep.equal([]);
  });
});

/** Links of a page to files of the repository. */
function linksOf(page: string): { target: string; file: string; heading: string }[] {
  return [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [path = '', heading = ''] = target.split('#');
      return { target, file: path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path), heading };
    });
}

/** Anchors of a page's headings, as GitHub makes them. */
function headingsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
