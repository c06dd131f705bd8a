/** The forms that an answer may have, for models that keep to a schema and for those that only talk. */
import type { AnswerForm } from '#shared/contract/reason.ts';
import type { Inquiry, JsonSchema, Provider, WantedForm } from './provider.ts';
import { structuredAnswer } from './structured-answer.ts';
import { readYesNo } from './yes-no.ts';

/** An answer in words, and its value for programs; null where it does not say. */
export interface FormedAnswer {
  answer: string;
  value: unknown;
}

/** A number with its sign, fraction and exponent, not a part of a word. */
const NUMBER = /(?<![\w.,])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w]|[.,]\d)/gi;

/** Asks a question whose answer has a form. @throws AppError `answer-unreadable`, or those of the provider */
export async function formedAnswer(
  provider: Provider,
  inquiry: Inquiry,
  form: AnswerForm,
): Promise<FormedAnswer> {
  if (form === 'text') {
    const answer = await provider.text(inquiry);
    return { answer, value: answer };
  }
  if (typeof form === 'object' && 'schema' in form) {
    const value = await structuredAnswer(provider, inquiry, {
      name: 'answer',
      schema: form.schema,
      isStrict: false,
    });
    return { answer: JSON.stringify(value), value };
  }
  return provider.skills.structured
    ? readStructured(await structuredAnswer(provider, inquiry, wantedForm(form)))
    : plainAnswer(provider, inquiry, form);
}

type ShortForm = Exclude<AnswerForm, 'text' | { schema: unknown }>;

function wantedForm(form: ShortForm): WantedForm {
  const name = typeof form === 'string' ? form : 'choice';
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      explanation: { type: 'string', description: 'One short sentence on what the picture shows.' },
      value: valueSchema(form),
    },
    required: ['explanation', 'value'],
    additionalProperties: false,
  };
  return { name, schema, isStrict: true };
}

function valueSchema(form: ShortForm): JsonSchema {
  if (form === 'yesno') return { type: 'string', enum: ['yes', 'no', 'unknown'] };
  if (form === 'number') return { anyOf: [{ type: 'number' }, { type: 'null' }] };
  return { type: 'string', enum: [...form.enum] };
}

function readStructured(read: unknown): FormedAnswer {
  const { explanation, value } = read as { explanation: string; value: unknown };
  const answer = explanation.trim() === '' ? String(value) : explanation.trim();
  if (value === 'yes' || value === 'no') return { answer, value: value === 'yes' };
  return { answer, value: value === 'unknown' ? null : value };
}

/** The question with how to answer it, for models that talk; the answer is read where it is clear. */
async function plainAnswer(provider: Provider, inquiry: Inquiry, form: ShortForm): Promise<FormedAnswer> {
  const answer = await provider.text({ ...inquiry, words: `${inquiry.words} ${plainInstruction(form)}` });
  return { answer, value: readPlain(answer, form) };
}

function plainInstruction(form: ShortForm): string {
  if (form === 'yesno') return 'Answer yes or no.';
  if (form === 'number') return 'Answer with a number.';
  return `Answer with one of: ${form.enum.join(', ')}.`;
}

function readPlain(text: string, form: ShortForm): unknown {
  if (form === 'yesno') {
    const said = readYesNo(text);
    return said === 'unknown' ? null : said === 'yes';
  }
  if (form === 'number') {
    const found = new Set(text.match(NUMBER) ?? []);
    return found.size === 1 ? Number([...found][0]) : null;
  }
  return chosenOf(text, form.enum);
}

/** The one choice that the text names, as a whole. */
function chosenOf(text: string, choices: readonly string[]): string | null {
  const said = ` ${plain(text)} `;
  const named = choices.filter((choice) => said.includes(` ${plain(choice)} `));
  // `dark red` is not `red` where both are choices.
  const longest = named.filter(
    (choice) => !named.some((other) => other !== choice && plain(other).includes(plain(choice))),
  );
  return longest.length === 1 ? (longest[0] as string) : null;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
