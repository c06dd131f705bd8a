/** Zod schemas as JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
import { z } from 'zod';

/** A JSON Schema. */
export type JsonSchema = Record<string, unknown>;

type Definitions = Record<string, JsonSchema>;

/** Writes schemas; named ones (`id` in their metadata) once, with references. */
export class SchemaWriter {
  /** Named schemas so far. */
  readonly components: Record<string, JsonSchema> = {};

  /** The schema of a client's input. A member with a default is optional. */
  write(schema: z.ZodType): JsonSchema {
    // A named schema becomes a reference only inside an object.
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ root: schema }), {
      io: 'input',
      unrepresentable: 'any',
    }) as unknown as { properties: { root: JsonSchema }; $defs?: Definitions };
    for (const [name, definition] of Object.entries($defs)) this.components[name] = tidy(definition);
    return tidy(properties.root);
  }
}

/** Removes zod's own members and converts references to those of OpenAPI. */
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

/** Generators of clients do not know `prefixItems`, and some fail at `items: false`. */
function asArray({ prefixItems, items: _items, ...rest }: Tuple): JsonSchema {
  const [first, ...others] = prefixItems;
  const isUniform = others.every((item) => JSON.stringify(item) === JSON.stringify(first));
  const length = { minItems: prefixItems.length, maxItems: prefixItems.length };
  return { ...rest, items: isUniform ? first : { anyOf: prefixItems }, ...length };
}
