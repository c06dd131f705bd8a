/** The fenced blocks of the documents, and the commands and settings in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/source-files.ts';

/** Every document, from the root of the repository. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'shared/client/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => `docs/${name}`),
];

/** One fenced block. */
export interface Block {
  page: string;
  /** Line of its first line. */
  line: number;
  /** What stands after the fence; empty where nothing does. */
  language: string;
  text: string;
}

export function readDocument(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The fenced blocks of all documents, or of one. */
export function blocksOf(pages: readonly string[] = DOCUMENTS): Block[] {
  return pages.flatMap((page) => {
    const text = readDocument(page);
    return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({
      page,
      line: text.slice(0, match.index).split('\n').length + 1,
      language: match[1] as string,
      text: match[2] as string,
    }));
  });
}

/** The commands of a shell block: each with its further lines, without its comment. */
export function commandsOf({ text }: Block): string[] {
  const commands: string[] = [];
  let open = '';
  for (const printed of text.split('\n').filter((each) => each !== '')) {
    const line = printed.replace(/\s+# .*$/, '');
    open = open === '' ? line : `${open}\n${line}`;
    const isQuoted = open.replaceAll(/[^']/g, '').length % 2 === 1;
    if (isQuoted || open.endsWith('\\')) continue;
    commands.push(open);
    open = '';
  }
  return commands;
}

/** From such a line to the next heading, a page tells what is to come. */
const PLANNED = /^Not there yet.*?(?=^#|(?![\s\S]))/gms;

/** What stands between backquotes on a page, blocks left out; a line's end in it counts as a space. */
export function inlineCode(page: string): string[] {
  const text = readDocument(page)
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(PLANNED, '');
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(/\s+/g, ' '));
}
