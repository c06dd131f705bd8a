/** Reads free text as yes or no where it is explicit; never guesses. */

/** What a text says; `unknown` when it is not clear. */
export type YesNo = 'yes' | 'no' | 'unknown';

const ORNAMENT = /[*_`"'“”‘’()[\]]/g;
/** `No` needs punctuation behind it: `No person is visible` may answer yes. */
const LEADING = /^(?:(yes)(?=$|[\s.,;:!—–-])|(no)(?=$|\s*[.,;:!—–]|\s+-))(.*)$/s;
const FRAMED = /^(?:the |my )?answer(?: is|:| would be)\s*(yes|no)\s*[.!]?$/;
/** The other word as a clause of its own, or a phrase that retracts the first word. */
const TAKEN_BACK = /(?:^|[.,;:!—–-]|\b(?:and|or|but|also|actually|maybe))\s*(?:yes|no)\s*(?:$|[.,;:!—–-])/;
const HEDGED = /^[\s,.;:—–-]*(?:and|or)\s+(?:yes|no)\b/;

/** `yes` or `no` only when the text starts with it and does not retract it. */
export function readYesNo(text: string): YesNo {
  const plain = text.replace(ORNAMENT, '').replace(/\s+/g, ' ').trim().toLowerCase();
  const framed = FRAMED.exec(plain)?.[1];
  if (framed !== undefined) return framed as YesNo;
  const [, yes, no, rest = ''] = LEADING.exec(plain) ?? [];
  const word = yes ?? no;
  if (word === undefined || HEDGED.test(rest) || saysOther(rest, word)) return 'unknown';
  return word as YesNo;
}

function saysOther(rest: string, word: string): boolean {
  const other = word === 'yes' ? 'no' : 'yes';
  const found = rest.match(new RegExp(TAKEN_BACK, 'g')) ?? [];
  return found.some((clause) => clause.includes(other));
}
