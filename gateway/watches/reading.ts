/** Checks a provider's answers against a condition. */
import type { Said } from '../reasoning/reasoner.ts';
import type { Condition, Reading } from './watch.ts';

/** An answer, interpreted. */
export interface ReadAnswer {
  reading: Reading;
  /** For people, shortened. */
  text: string;
  /** What the condition was compared with; null where the answer has no number. */
  number: number | null;
}

const TEXT_LENGTH = 300;

/**
 * `unknown` for an answer that does not say what the condition asks for.
 * @param before the number of the answer before; undefined where there was none
 */
export function readAnswer(condition: Condition, said: Said, before: number | undefined): ReadAnswer {
  const text = said.answer.trim().slice(0, TEXT_LENGTH);
  const number = said.count ?? (typeof said.value === 'number' ? said.value : null);
  return { reading: read(condition, said, number, before), text, number };
}

function read(
  condition: Condition,
  { answer, value }: Said,
  number: number | null,
  before: number | undefined,
): Reading {
  if ('contains' in condition)
    return asReading(answer.toLowerCase().includes(condition.contains.toLowerCase()));
  if ('answer' in condition) {
    return typeof value === 'boolean' ? asReading(value === (condition.answer === 'yes')) : 'unknown';
  }
  if (number === null) return 'unknown';
  if ('atLeast' in condition) return asReading(number >= condition.atLeast);
  if ('atMost' in condition) return asReading(number <= condition.atMost);
  return asReading(before !== undefined && before !== number);
}

function asReading(isFulfilled: boolean): Reading {
  return isFulfilled ? 'yes' : 'no';
}
