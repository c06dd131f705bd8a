/**
 * Bounds what a camera's SOAP answer may be before a parser sees it: no document type and so no entity of its
 * own, few elements, little depth. Namespace declarations go, since the library looks for them in quadratic time.
 */
import { AppError } from '#shared/errors.ts';

/** More than the longest answer of a recorder with 64 channels. */
const MAX_BYTES = 256 * 1024;
const MAX_ELEMENTS = 10_000;
const MAX_DEPTH = 64;
const NAMESPACE = 'xmlns';

/** @returns the text without namespace declarations @throws AppError `control-refused` */
export function guardSoap(text: string): string {
  if (text.length > MAX_BYTES) throw refused(`is longer than ${MAX_BYTES} bytes`);
  let depth = 0;
  let elements = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const next = text[at + 1];
    if (next === '!' && !text.startsWith('<!--', at)) throw refused('declares a document type');
    if (next === '!' || next === '?') {
      // What stands in it looks like elements, and is none.
      at = endOf(text, at, next === '!' ? '-->' : '?>');
      continue;
    }
    elements += 1;
    depth += next === '/' ? -1 : text[text.indexOf('>', at) - 1] === '/' ? 0 : 1;
    if (elements > MAX_ELEMENTS || depth > MAX_DEPTH || depth < 0) throw refused('has too many elements');
  }
  return withoutNamespaces(text);
}

function endOf(text: string, from: number, mark: string): number {
  const at = text.indexOf(mark, from);
  if (at < 0) throw refused('ends within a comment or an instruction');
  return at;
}

function withoutNamespaces(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf(NAMESPACE); at >= 0; at = text.indexOf(NAMESPACE, from)) {
    const [, prefix = '', quote] =
      /^xmlns(:[\w.-]{1,64})?\s{0,8}=\s{0,8}(["'])/.exec(text.slice(at, at + 96)) ?? [];
    if (quote === undefined) throw refused('has a namespace that cannot be read');
    const open = text.indexOf(quote, at + NAMESPACE.length + prefix.length);
    const close = text.indexOf(quote, open + 1);
    if (close < 0) throw refused('ends within a namespace');
    parts.push(text.slice(from, at));
    from = close + 1;
  }
  return parts.join('') + text.slice(from);
}

function refused(why: string): AppError {
  return new AppError('control-refused', `The camera's ONVIF answer ${why}`);
}
