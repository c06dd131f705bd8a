/** Checks Moondream's answers against a condition. */
import { readYesNo } from '../reasoning/yes-no.ts';
import type { Condition, Reading, WatchSkill } from './watch.ts';

/** An answer, interpreted. */
export interface ReadAnswer {
  reading: Reading;
  /** For people, shortened. */
  text: string;
}

const TEXT_LENGTH = 300;
/** The member of an answer that holds the result, by skill. */
const MEMBER = { query: 'answer', caption: 'caption', detect: 'objects', point: 'points' } as const;

/** `unknown` without the member of its skill, and for text that says neither yes nor no. */
export function readAnswer(
  skill: WatchSkill,
  condition: Condition,
  body: Record<string, unknown>,
): ReadAnswer {
  const given = body[MEMBER[skill]];
  if (typeof given === 'string') {
    return { reading: readText(condition, given), text: given.trim().slice(0, TEXT_LENGTH) };
  }
  if (Array.isArray(given)) {
    return { reading: readCount(condition, given.length), text: `${given.length} found` };
  }
  return { reading: 'unknown', text: '' };
}

function readText(condition: Condition, text: string): Reading {
  if ('contains' in condition) {
    return asReading(text.toLowerCase().includes(condition.contains.toLowerCase()));
  }
  if (!('answer' in condition)) return 'unknown';
  const said = readYesNo(text);
  return said === 'unknown' ? said : asReading(said === condition.answer);
}

function readCount(condition: Condition, count: number): Reading {
  if ('atLeast' in condition) return asReading(count >= condition.atLeast);
  return 'atMost' in condition ? asReading(count <= condition.atMost) : 'unknown';
}

function asReading(isFulfilled: boolean): Reading {
  return isFulfilled ? 'yes' : 'no';
}
