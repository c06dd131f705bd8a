/** What is wrong with a field, in words: the schema library speaks of types of JavaScript. */

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const COMPARISONS: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'less than',
  'exactly ': 'exactly',
};

/** @param message of the library, or one of ours, which stays as it is */
export function fieldWords(message = 'is invalid'): string {
  return typeWords(message) ?? sizeWords(message) ?? choiceWords(message) ?? message;
}

function typeWords(message: string): string | undefined {
  const [, expected = '', received] = /^Invalid input: expected (.+), received (\w+)$/.exec(message) ?? [];
  if (received === undefined) return undefined;
  return received === 'undefined' ? 'is missing' : `must be ${TYPES[expected] ?? expected}`;
}

function sizeWords(message: string): string | undefined {
  const [, verb, comparison = '', limit] =
    /^Too (?:small|big): expected \w+ to (be|have) (>=|>|<=|<|exactly )(.+)$/.exec(message) ?? [];
  return verb && `must ${verb} ${COMPARISONS[comparison]} ${limit}`;
}

function choiceWords(message: string): string | undefined {
  const [, choices] =
    /^(?:Invalid option: expected one of|Invalid discriminator value\. Expected) (.+)$/.exec(message) ?? [];
  return choices && `must be one of ${choices.replaceAll(/ ?\| ?/g, ', ').replaceAll(/["']/g, '')}`;
}
