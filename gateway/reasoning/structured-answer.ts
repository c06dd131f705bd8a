/** Answers as JSON of a schema: asked for, parsed, checked, and repaired once. */
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { Inquiry, JsonSchema, Provider, WantedForm } from './provider.ts';

const MAX_SHOWN = 2000;

/** Checks a value against a schema: what is wrong with it, or undefined. */
export type SchemaCheck = (value: unknown) => string | undefined;

/** @throws AppError `invalid-field` for a schema that cannot be read */
function schemaCheck(schema: JsonSchema): SchemaCheck {
  const read = (() => {
    try {
      return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    } catch (cause) {
      throw new AppError('invalid-field', 'answer.schema: is no JSON Schema that is supported', {
        cause,
        field: 'answer.schema',
      });
    }
  })();
  return (value) => {
    const issue = read.safeParse(value).error?.issues[0];
    if (issue === undefined) return undefined;
    return `${issue.path.map(String).join('.') || 'the answer'}: ${issue.message}`;
  };
}

/**
 * Asks for JSON of a form. Where the first answer does not fit, the model gets it back once, with what is wrong.
 * @throws AppError `answer-unreadable`, or those of the provider
 */
export async function structuredAnswer(
  provider: Pick<Provider, 'text'>,
  inquiry: Inquiry,
  form: WantedForm,
): Promise<unknown> {
  const check = schemaCheck(form.schema);
  const whole = { ...inquiry, onText: undefined };
  const words = `${inquiry.words}\n\n${instruction(form.schema)}`;
  const first = await provider.text({ ...whole, words }, form);
  const read = readJson(first, check);
  if ('value' in read) return read.value;
  const again = `${words}\n\nYour last answer was:\n${first.slice(0, MAX_SHOWN)}\n\nIt is wrong: ${read.fault}. Answer again, with the corrected JSON alone.`;
  const second = readJson(await provider.text({ ...whole, words: again }, form), check);
  if ('value' in second) return second.value;
  throw new AppError('answer-unreadable', `The model did not answer in the wanted form: ${second.fault}`);
}

function instruction(schema: JsonSchema): string {
  return `Answer with JSON alone, without any other text, that fits this JSON Schema: ${JSON.stringify(schema)}`;
}

/** Models wrap JSON into fences and sentences. */
function readJson(text: string, check: SchemaCheck): { value: unknown } | { fault: string } {
  for (const candidate of [text, text.slice(text.search(/[[{]/), lastBracket(text) + 1)]) {
    try {
      const value: unknown = JSON.parse(candidate);
      const fault = check(value);
      return fault === undefined ? { value } : { fault };
    } catch {
      // The next candidate.
    }
  }
  return { fault: 'it is no JSON' };
}

function lastBracket(text: string): number {
  return Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
}
