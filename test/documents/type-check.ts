/** Checks the types of TypeScript blocks of the documents against the client's sources. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../support/source-files.ts';

/** What a reader has at that point, by its name. */
const GIVEN: Record<string, string> = {
  scanned: 'string',
  element: 'HTMLVideoElement',
  show: '(jpeg: unknown) => void',
  client: "import('visual-reasoning-gateway-client').GatewayClient",
};

/** @returns what the compiler printed; empty when all types are right */
export function typeErrors(texts: readonly string[]): string {
  // Below the root, so that packages are found.
  const folder = mkdtempSync(join(ROOT, 'node_modules/.document-types-'));
  try {
    const entry = (name: string) => join(ROOT, 'shared/client', name);
    const options = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        lib: ['es2024', 'dom', 'dom.iterable'],
        types: [],
        noUnusedLocals: false,
        paths: {
          'visual-reasoning-gateway-client': [entry('client.ts')],
          'visual-reasoning-gateway-client/react': [entry('react.ts')],
        },
      },
      include: ['*.ts'],
      exclude: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
    for (const [index, text] of texts.entries())
      writeFileSync(join(folder, `block${index}.ts`), `${declarationsFor(text)}${text}\nexport {};\n`);
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout, stderr } = spawnSync(process.execPath, [compiler, '--noEmit', '-p', folder], {
      encoding: 'utf8',
    });
    return `${stdout}${stderr}`.replaceAll(basename(folder), '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function declarationsFor(text: string): string {
  return Object.entries(GIVEN)
    .filter(([name]) => text.includes(name) && !new RegExp(`const ${name}\\b|\\(${name}:`).test(text))
    .map(([name, type]) => `declare const ${name}: ${type};\n`)
    .join('');
}
