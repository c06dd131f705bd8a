/** A JSON Schema for people: a line for the type, a list for the members. */
import type { JsonSchema } from '../json-schema.ts';
import { type Html, html, inline } from './html.ts';

const REFERENCE = '#/components/schemas/';

/** The type in a few words: `integer, 1 to 100, 80 unless given`. */
export function typeOf(schema: JsonSchema): Html {
  const words = [kindOf(schema), ...limitsOf(schema)].join(', ');
  const fallback = schema.default === undefined ? '' : `, ${JSON.stringify(schema.default)} unless given`;
  const name = referenceOf(schema) ?? referenceOf((schema.items ?? {}) as JsonSchema);
  if (name === undefined) return html`${words}${fallback}`;
  const many = schema.items === undefined ? '' : 'list of ';
  return html`${many}<a href="#schema-${name}">${name}</a>${fallback}`;
}

function referenceOf({ $ref, allOf }: JsonSchema): string | undefined {
  const reference = $ref ?? (allOf as JsonSchema[] | undefined)?.[0]?.$ref;
  return typeof reference === 'string' ? reference.slice(REFERENCE.length) : undefined;
}

function kindOf(schema: JsonSchema): string {
  const { type, const: only, enum: words, items, format } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(words))
    return words.length > 12 ? 'one of the codes' : words.map((word) => JSON.stringify(word)).join(' or ');
  const choices = choicesOf(schema);
  if (choices.length > 0) return [...new Set(choices.map(nameOf))].join(' or ');
  if (type === 'array') return `list of ${nameOf((items ?? {}) as JsonSchema)}`;
  if (format === 'date-time') return 'time';
  if (format === 'binary') return 'file';
  if (type === 'string') return 'text';
  if (type === 'boolean') return 'true or false';
  return typeof type === 'string' ? type : 'anything';
}

function nameOf(schema: JsonSchema): string {
  return referenceOf(schema) ?? kindOf(schema);
}

function limitsOf({
  minimum,
  maximum,
  minLength,
  maxLength,
  minItems,
  maxItems,
  type,
}: JsonSchema): string[] {
  const [low, high] = [minimum ?? minLength ?? minItems, maximum ?? maxLength ?? maxItems];
  const unit = type === 'string' ? ' characters' : type === 'array' ? ' items' : '';
  if (low !== undefined && high !== undefined) return [`${low} to ${high}${unit}`];
  if (low !== undefined) return [`${low}${unit} or more`];
  return high === undefined ? [] : [`at most ${high}${unit}`];
}

/** What it may be, where it may be several things. */
function choicesOf(schema: JsonSchema): JsonSchema[] {
  return ((schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined) ?? [];
}

/** The members of an object, of the objects it may be, or of those in a list. */
export function membersOf(schema: JsonSchema): Html | undefined {
  const choices = choicesOf(schema).filter(
    (choice) => referenceOf(choice) !== undefined || choice.properties !== undefined,
  );
  if (choices.length > 0) {
    const items = choices.map((choice) => html`<li>${typeLine(choice)}${membersOf(choice)}</li>`);
    return html`<p>One of:</p><ul class="choices">${items}</ul>`;
  }
  if (schema.type === 'array') return membersOf((schema.items ?? {}) as JsonSchema);
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
  if (properties.length === 0) return undefined;
  const required = (schema.required ?? []) as string[];
  const isFixed = ([, member]: [string, JsonSchema]) => member.const !== undefined;
  // What tells one message from another comes first.
  properties.sort((a, b) => Number(isFixed(b)) - Number(isFixed(a)));
  const rows = properties.map(([name, member]) => memberOf(name, member, required.includes(name)));
  return html`<dl class="members">${rows}</dl>`;
}

function typeLine(choice: JsonSchema): Html | undefined {
  return referenceOf(choice) === undefined ? undefined : html`<p class="type">${typeOf(choice)}</p>`;
}

function memberOf(name: string, schema: JsonSchema, isRequired: boolean): Html {
  const note = isRequired ? html` <span class="required">required</span>` : undefined;
  const meaning =
    schema.description === undefined ? undefined : html`<p>${inline(String(schema.description))}</p>`;
  return html`<dt><code>${name}</code>${note}</dt><dd><p class="type">${typeOf(schema)}</p>${meaning}${membersOf(schema)}</dd>`;
}
