/** Reduces names of uploaded files to characters that are harmless in a file system, a URL and a header. */

const MAX_LENGTH = 100;
const COMBINING_MARKS = /\p{M}+/gu;
const EXTENSION = /\.[A-Za-z0-9]{1,12}$/;

/** Letters, digits, `.`, `_` and `-` of a name, without folders; `video` if nothing remains. */
export function safeName(original: string): string {
  const base = original.split(/[/\\]/).at(-1) ?? '';
  const plain = base.normalize('NFKD').replaceAll(COMBINING_MARKS, '');
  const clean = plain.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/\.{2,}/g, '.');
  // The extension matters: long names lose their middle.
  const extension = EXTENSION.exec(clean)?.[0] ?? '';
  const stem = clean.slice(0, clean.length - extension.length).replace(/^[._-]+|[._-]+$/g, '');
  return `${stem === '' ? 'video' : stem.slice(0, MAX_LENGTH - extension.length)}${extension}`;
}
