/** The product's own sources, read for rules about them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One file of ours. */
export interface SourceFile {
  /** From the root, with slashes. */
  path: string;
  text: string;
  /** Paths of our own files, or names of packages. */
  imports: string[];
}

/** Every TypeScript file of the product. */
export function sourceFiles(): SourceFile[] {
  return ['agent', 'gateway', 'workers', 'shared'].flatMap(readTree);
}

/** Every TypeScript file of the tests and scripts. */
export function testFiles(): SourceFile[] {
  return ['test', 'scripts'].flatMap(readTree);
}

function readTree(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => readSource(join(ROOT, folder, name)));
}

function readSource(file: string): SourceFile {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/(?:from\s+|import\s*\(?\s*)'([^']+)'/g)].map(
    (match) => match[1] as string,
  );
  const imports = specifiers.map((specifier) => {
    if (specifier.startsWith('#shared/')) return specifier.replace('#shared/', 'shared/');
    if (!specifier.startsWith('.')) return specifier;
    return relative(ROOT, resolve(dirname(file), specifier)).replaceAll('\\', '/');
  });
  return { path: relative(ROOT, file).replaceAll('\\', '/'), text, imports };
}
