/** Reduces the names of uploaded files to what is harmless in a file system, a URL and a header. */
import { extname } from 'node:path';

const MAX_LENGTH = 100;
const MAX_EXTENSION = 12;
const COMBINING_MARKS = /\p{M}+/gu;

/** Letters, digits, `.`, `_` and `-` of a name, without any folder; `video` where nothing is left. */
export function safeName(original: string): string {
  const base = original.split(/[/\\]/).at(-1) ?? '';
  const plain = base.normalize('NFKD').replaceAll(COMBINING_MARKS, '');
  const clean = plain.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/\.{2,}/g, '.');
  const trimmed = clean.replace(/^[._-]+|[._-]+$/g, '');
  return shorten(trimmed === '' ? 'video' : trimmed);
}

/** The end says what a file is, so the middle goes. */
function shorten(name: string): string {
  if (name.length <= MAX_LENGTH) return name;
  const extension = extname(name).slice(0, MAX_EXTENSION);
  return name.slice(0, MAX_LENGTH - extension.length) + extension;
}
