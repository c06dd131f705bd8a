/** The client's API types, made from the OpenAPI document. */
import { spawnSync } from 'node:child_process';
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
  // Paths would double the file, and the client has its own calls.
  const { schemas } = document.components;
  const ast = await generate(
    { ...document, paths: {}, components: { schemas } },
    { rootTypes: true, rootTypesNoSchemaPrefix: true, arrayLength: true, defaultNonNullable: false },
  );
  return format(HEAD + withoutEmptyTypes(astToString(ast)));
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
