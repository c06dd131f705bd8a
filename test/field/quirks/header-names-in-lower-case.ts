import type { Quirk } from '../support/quirk.ts';

export const quirk: Quirk = {
  what: 'header names are in lower case',
  seen: 'RFC 2326 section 4.2',
  camera: { raw: (bytes) => bytes.replace(/^[A-Za-z-]+:/gm, (name) => name.toLowerCase()) },
};
