/**
 * Keeps secrets out of logs and errors in two ways: registered values are replaced wherever they
 * appear (raw, URL-encoded, base64), and user information of any URL and keys of clients are masked even if
 * unregistered.
 * The work is linear in the length of the text, and independent of the number of secrets.
 */

import { maskPathSecrets } from './path-secrets.ts';

const MASK = '***';
const SCHEME_END = '://';
/** Ends user information everywhere. */
const WORD_END = /[\s"'<>]/g;
/** Ends the authority of a URL that follows RFC 3986 section 3.2. */
const AUTHORITY_END = /[\s/"'<>]/g;
const AUTHORIZATION = /\b(authorization"?\s*[:=]\s*"?)(basic|bearer|digest)\s+[^\r\n"]+/gi;
/** Keys of clients, which the gateway knows by their hash only. */
const KEY = /vrg_[0-9a-f]{12}_[0-9a-f]{40}/g;
/** Shorter values would mask ordinary words of a log. */
const MIN_SECRET_LENGTH = 4;

/** A set of secret values with a function that removes them from text. */
export class Redactor {
  readonly #holders = new Map<string, number>();
  /** How many forms of which length begin with these characters. */
  readonly #lengths = new Map<string, Map<number, number>>();

  /** Registers a secret. Returns the function that removes it. */
  add(secret: string | undefined): () => void {
    if (secret === undefined || secret.length < MIN_SECRET_LENGTH) return () => {};
    const forms = formsOf(secret);
    for (const form of forms) this.#hold(form);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      for (const form of forms) this.#release(form);
    };
  }

  /** Text without any registered secret, URL user information or Authorization value. */
  redact(text: string): string {
    return this.#maskValues(maskUrl(text).replace(AUTHORIZATION, `$1$2 ${MASK}`).replace(KEY, MASK));
  }

  #maskValues(text: string): string {
    if (this.#lengths.size === 0) return text;
    let clean = '';
    let kept = 0;
    for (let at = 0; at + MIN_SECRET_LENGTH <= text.length; at += 1) {
      const length = this.#secretAt(text, at);
      if (length === 0) continue;
      clean += `${text.slice(kept, at)}${MASK}`;
      kept = at + length;
      at = kept - 1;
    }
    return clean + text.slice(kept);
  }

  /** Length of the longest secret that begins here; 0 for none. */
  #secretAt(text: string, at: number): number {
    let longest = 0;
    for (const length of this.#lengths.get(text.slice(at, at + MIN_SECRET_LENGTH))?.keys() ?? []) {
      if (length > longest && this.#holders.has(text.slice(at, at + length))) longest = length;
    }
    return longest;
  }

  #hold(form: string): void {
    const count = this.#holders.get(form) ?? 0;
    this.#holders.set(form, count + 1);
    if (count === 0) this.#countLength(form, 1);
  }

  #release(form: string): void {
    const count = this.#holders.get(form) ?? 0;
    if (count > 1) {
      this.#holders.set(form, count - 1);
      return;
    }
    this.#holders.delete(form);
    this.#countLength(form, -1);
  }

  #countLength(form: string, change: number): void {
    const start = form.slice(0, MIN_SECRET_LENGTH);
    const lengths = this.#lengths.get(start) ?? new Map<number, number>();
    this.#lengths.set(start, lengths);
    const count = (lengths.get(form.length) ?? 0) + change;
    if (count > 0) lengths.set(form.length, count);
    else lengths.delete(form.length);
    if (lengths.size === 0) this.#lengths.delete(start);
  }
}

function formsOf(secret: string): Set<string> {
  return new Set([
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ]);
}

/**
 * Text whose URLs may be shown: user information and passwords in paths and queries masked, everything
 * else kept. Passwords of cameras come unescaped, with `/` and `@` in them: in `rtsp:` everything up to
 * the last `@` is masked.
 */
export function maskUrl(text: string): string {
  let clean = '';
  let kept = 0;
  for (let at = text.indexOf(SCHEME_END); at >= 0; at = text.indexOf(SCHEME_END, kept - 1)) {
    const begin = at + SCHEME_END.length;
    const isRtsp = /rtsps?$/i.test(text.slice(Math.max(0, at - 'rtsps'.length), at));
    const end = endOf(text, begin, isRtsp ? WORD_END : AUTHORITY_END);
    const last = text.slice(begin, end).lastIndexOf('@');
    clean += text.slice(kept, begin) + (last < 0 ? '' : MASK) + text.slice(begin + Math.max(0, last), end);
    kept = end;
  }
  return maskPathSecrets(clean + text.slice(kept));
}

/**
 * The beginning of a text of any length, masked as {@link maskUrl} does; text that a peer or a client
 * chose is cut before any other work. A URL that the cut goes through loses all behind its scheme.
 * @param maxLength characters
 */
export function maskedStart(text: string, maxLength: number): string {
  if (text.length <= maxLength) return maskUrl(text);
  const start = text.slice(0, maxLength);
  const word = Math.max(...[' ', '\n', '"', "'", '<', '>'].map((end) => start.lastIndexOf(end))) + 1;
  const scheme = start.indexOf(SCHEME_END, word);
  return `${maskUrl(scheme < 0 ? start : start.slice(0, scheme + SCHEME_END.length))}…`;
}

function endOf(text: string, from: number, pattern: RegExp): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
