/** Zod schemas as JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. */
import { z } from 'zod';

/** A JSON Schema. */
export type JsonSchema = Record<string, unknown>;

type Definitions = Record<string, JsonSchema>;

/** Writes schemas; those that have a name (`id` in their metadata) are written once and referred to. */
export class SchemaWriter {
  /** Named schemas so far. */
  readonly components: Record<string, JsonSchema> = {};

  /** The schema of what a client may send. A member with a default need not be there. */
  write(schema: z.ZodType): JsonSchema {
    // Inside an object a named schema becomes a reference, at the root it would not.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ root: schema }), {
      io: 'input',
      unrepresentable: 'any',
    }) as unknown as { properties: { root: JsonSchema }; $defs?: Definitions };
    for (const [name, definition] of Object.entries($defs)) this.components[name] = tidy(definition);
    return tidy(properties.root);
  }
}

/** Takes out what only zod needs, and makes references those of OpenAPI. */
function tidy(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key === '$ref') return String(value).replace('#/$defs/', '#/components/schemas/');
    if (key === 'id' && typeof value === 'string') return undefined;
    if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) return undefined;
    if (key === 'minimum' && value === Number.MIN_SAFE_INTEGER) return undefined;
    return isTuple(value) ? asArray(value) : value;
  }) as JsonSchema;
}

interface Tuple extends JsonSchema {
  prefixItems: JsonSchema[];
}

function isTuple(value: unknown): value is Tuple {
  return typeof value === 'object' && value !== null && 'prefixItems' in value;
}

/** Generators of clients know no `prefixItems`, and `items: false` ends some. */
function asArray({ prefixItems, items: _items, ...rest }: Tuple): JsonSchema {
  const [first, ...others] = prefixItems;
  const isUniform = others.every((item) => JSON.stringify(item) === JSON.stringify(first));
  const length = { minItems: prefixItems.length, maxItems: prefixItems.length };
  return { ...rest, items: isUniform ? first : { anyOf: prefixItems }, ...length };
}
