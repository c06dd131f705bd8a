/** The client's API types, made from the OpenAPI document. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/source-files.ts';
import { apiDocument } from './document.ts';
import { packageFile } from './tools.ts';

/** The file that holds them. */
export const API_TYPES = 'shared/client/api-types.ts';

const BIOME = fileURLToPath(new URL('../../node_modules/.bin/biome', import.meta.url));
const HEAD = `/**
 * What the gateway takes and answers: generated from its OpenAPI document by \`npm run api-types\`.
 * \`timestamp\` and names ending in \`At\` are Unix seconds where they are numbers and ISO 8601
 * where they are strings.
 */

`;

interface Generator {
  default(document: object, options: object): Promise<object>;
  astToString(ast: object): string;
}

/** Makes the text of the file. */
export async function generateApiTypes(): Promise<string> {
  const { default: generate, astToString } = (await import(
    packageFile('openapi-typescript/dist/index.mjs')
  )) as Generator;
  const document = await apiDocument();
  // Paths and the schemas that no call uses would double the file, which goes into every app.
  const schemas = reachable(document.components.schemas, usedNames());
  const ast = await generate(
    { ...document, paths: {}, components: { schemas } },
    { rootTypes: true, rootTypesNoSchemaPrefix: true, arrayLength: true, defaultNonNullable: false },
  );
  return format(HEAD + withoutEmptyTypes(astToString(ast)));
}

/** Names that the client, the dashboard and the tests take from the file. */
function usedNames(): string[] {
  const files = globSync(['shared/client/*.ts', 'gateway/**/*.ts', 'test/**/*.test.ts'], { cwd: ROOT });
  return files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\{([^{}]*)\} from '[^']*\/api-types\.ts'/g)].flatMap(
      ([, names = '']) => names.split(',').map((name) => name.trim().replace(/^type /, '')),
    ),
  );
}

/** The schemas of these names, with all that they refer to, in the order of the document. */
function reachable<Schema>(
  schemas: Record<string, Schema>,
  names: readonly string[],
): Record<string, Schema> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name) || !(name in schemas)) return;
    found.add(name);
    const references = JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
    for (const [, reference = ''] of references) visit(reference);
  };
  names.forEach(visit);
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)));
}

/** Drops kinds of components without members. */
function withoutEmptyTypes(text: string): string {
  return text
    .replace(/^export type \S+ = Record<string, never>;\n/gm, '')
    .replace(/^ {4}\w+: never;\n/gm, '');
}

function format(text: string): string {
  const args = ['format', `--stdin-file-path=${API_TYPES}`];
  const { status, stdout, stderr } = spawnSync(BIOME, args, { input: text, cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`biome: ${stderr}`);
  return stdout;
}
