/** Watches in words. */
import type { StandingWatch, WatchCondition } from '#shared/client/watches.ts';
import { duration } from './format.ts';

/** What a watch does now. */
export const STATE_WORDS: Readonly<Record<StandingWatch['state'], string>> = {
  paused: 'Paused',
  asking: 'Asking',
  failing: 'Failing',
  'cooling-down': 'Cooling down',
  'waiting-for-motion': 'Waits for motion',
  waiting: 'Watching',
};

/** What a watch does now, with how long it goes on. @param now Unix milliseconds */
export function stateText({ state, lastFiredAt, cooldownMs, nextAskAt }: StandingWatch, now: number): string {
  const words = STATE_WORDS[state];
  if (state === 'cooling-down' && lastFiredAt !== null) {
    const left = Date.parse(lastFiredAt) + cooldownMs - now;
    return left > 0 ? `${words}, ${duration(Math.ceil(left / 1000))}` : words;
  }
  if (state !== 'waiting' || nextAskAt === null) return words;
  const wait = Date.parse(nextAskAt) - now;
  return wait > 0 ? `${words}, asks in ${duration(Math.ceil(wait / 1000))}` : words;
}

/** When an answer counts. */
function conditionText(condition: WatchCondition): string {
  if ('answer' in condition) return `the answer is ${condition.answer}`;
  if ('contains' in condition) return `the answer contains “${condition.contains}”`;
  if ('atLeast' in condition) return `the number is at least ${condition.atLeast}`;
  if ('atMost' in condition) return `the number is at most ${condition.atMost}`;
  return 'the number changes';
}

/** The rule of a watch in one sentence. */
export function ruleText({ condition, n, of, everyMs, onMotion }: StandingWatch): string {
  const votes = of > 1 ? ` in ${n} of ${of} answers` : '';
  const pace = onMotion ? 'while there is motion' : `every ${duration(everyMs / 1000)}`;
  return `Fires when ${conditionText(condition)}${votes}. Asks ${pace}.`;
}

/** What is asked. */
export function questionText({ skill, prompt }: Pick<StandingWatch, 'skill' | 'prompt'>): string {
  if (skill === 'caption') return 'Describe the picture';
  return skill === 'query' ? prompt : `${skill === 'detect' ? 'Count' : 'Point at'}: ${prompt}`;
}
