/** Codes that pair apps: short enough to be typed, with 50 random bits. */
import { randomInt } from 'node:crypto';

/** Crockford's base 32: no letter that looks like a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;

/** `7K2MX-09QRT` */
export function newPairingCode(): string {
  const all = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${all.slice(0, LENGTH / 2)}-${all.slice(LENGTH / 2)}`;
}

/** A code as it is stored, from what a person typed. */
export function normalCode(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
}
