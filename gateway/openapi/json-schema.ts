/** Zod schemas as JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. */
import { z } from 'zod';
import type { Meanings } from './operation.ts';

/** A JSON Schema. */
export type JsonSchema = Record<string, unknown>;

type Definitions = Record<string, JsonSchema>;

/** Writes schemas; those that have a name (`id` in their metadata) are written once and referred to. */
export class SchemaWriter {
  /** Named schemas so far. */
  readonly components: Record<string, JsonSchema> = {};

  /** What a client may send. A member with a default need not be there. */
  write(schema: z.ZodType, meanings: Meanings = {}): JsonSchema {
    // Inside an object a named schema becomes a reference, at the root it would not.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ root: schema }), {
      io: 'input',
      unrepresentable: 'any',
    }) as unknown as { properties: { root: JsonSchema }; $defs?: Definitions };
    for (const [name, definition] of Object.entries($defs)) this.components[name] = tidy(definition);
    const written = tidy(properties.root);
    for (const [path, meaning] of Object.entries(meanings)) explain(written, path.split('.'), meaning);
    return written;
  }
}

/** @throws Error for a member that the schema does not have: the description speaks of something else */
function explain(schema: JsonSchema, path: readonly string[], meaning: string): void {
  const [name = '', ...rest] = path;
  const members = objectsIn(schema).flatMap((object) => memberOf(object, name));
  if (members.length === 0) throw new Error(`the schema has no member ${path.join('.')}`);
  for (const member of members) {
    if (rest.length > 0) explain(member, rest, meaning);
    else member.description = meaning;
  }
}

function memberOf({ properties }: JsonSchema, name: string): JsonSchema[] {
  const member = (properties as Definitions | undefined)?.[name];
  return member === undefined ? [] : [member];
}

/** The object that a schema is, or the objects it may be. */
function objectsIn(schema: JsonSchema): JsonSchema[] {
  const choices = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  return choices?.flatMap(objectsIn) ?? [schema];
}

/** Takes out what zod writes and nobody needs, and makes references those of OpenAPI. */
function tidy(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key === '$ref') return String(value).replace('#/$defs/', '#/components/schemas/');
    if (key === 'id' && typeof value === 'string') return undefined;
    if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) return undefined;
    if (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) return undefined;
    return value;
  }) as JsonSchema;
}
