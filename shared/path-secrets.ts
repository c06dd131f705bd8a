/**
 * Credentials that cameras take in the path or query of their address, such as
 * `/live?user=admin&password=secret` (Reolink), `?loginuse=admin&loginpas=secret` (Foscam),
 * `?authbasic=…` (Dahua), `?token=…`, `?apikey=…` or `/user=admin_password=secret_channel=1` (Xiongmai).
 */

const MASK = '***';
/** A parameter's name with what stands before it, the `?` of a query, or the end of a URL. Names are short: linear. */
const TOKENS = /[?&;/_]([A-Za-z0-9.%[\]-]{1,40})=|[?\s"'<>]/g;
/** Names of parameters that hold a password or something that opens as much. */
const SECRET_NAME =
  /pass|pwd|psw|secret|token|auth|cred|signature|session|key$|^(?:.*(?:login|user|usr))?(?:pw|pas|psk)$|^(?:sid|sig)$/i;
/** Names that hold one of these by chance. */
const HARMLESS_NAME = /^(?:author|bypass|passthrough|keepsession|sessiontimeout)$/i;
/** Too short a name to be a password's, unless a user is named too. */
const SHORT_NAME = /^p$/i;
const USER_PARAMETER = /[?&/](?:u|usr|user|username|login)=/i;
/** What ends a value in a query: passwords hold anything else. */
const VALUE_END = /[&\s"'<>\\]/g;
/** In a path such as `user=admin_password=secret_channel=1` the next parameter or the query ends it too. */
const PATH_VALUE_END = /[&?\s"'<>\\]|_[A-Za-z]{2,20}=/g;
/** Values that are no secrets whichever parameter has them; a redactor would blank them out everywhere. */
const HARMLESS_VALUE = /^(?:true|false|yes|no|on|off|none|null|basic|digest|\*\*\*|)$/i;

interface Secret {
  name: string;
  /** Where the value begins and ends in the text. */
  begin: number;
  end: number;
}

/** Text with the values of secret parameters masked. */
export function maskPathSecrets(text: string): string {
  return replaceSecrets(text, () => MASK);
}

/** The values of secret parameters, as they are written and decoded, for a redactor. */
export function pathSecrets(path: string): string[] {
  const values = secretsIn(path).map(({ begin, end }) => path.slice(begin, end));
  return [...new Set(values.flatMap((value) => [value, decode(value)]))].filter(
    (value) => !HARMLESS_VALUE.test(value),
  );
}

/**
 * A path as a client sends it back after it was shown masked: masked values are those of the stored path.
 * @returns undefined when a masked value has no counterpart
 */
export function restorePathSecrets(path: string, stored: string): string | undefined {
  const known = new Map(secretsIn(stored).map(({ name, begin, end }) => [name, stored.slice(begin, end)]));
  let isComplete = true;
  const restored = replaceSecrets(path, (value, name) => {
    if (value !== MASK) return value;
    const before = known.get(name);
    isComplete &&= before !== undefined;
    return before ?? value;
  });
  return isComplete ? restored : undefined;
}

function replaceSecrets(text: string, replace: (value: string, name: string) => string): string {
  let result = '';
  let kept = 0;
  for (const { name, begin, end } of secretsIn(text)) {
    result += text.slice(kept, begin) + replace(text.slice(begin, end), name);
    kept = end;
  }
  return result + text.slice(kept);
}

function secretsIn(text: string): Secret[] {
  const secrets: Secret[] = [];
  const search = new RegExp(TOKENS);
  const hasUser = USER_PARAMETER.test(text);
  let isQuery = false;
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    isQuery = match[0].startsWith('?') || (isQuery && match[1] !== undefined);
    const name = decode(match[1] ?? '');
    if (!isSecretName(name, hasUser)) continue;
    const begin = search.lastIndex;
    const end = endOf(text, begin, isQuery ? VALUE_END : PATH_VALUE_END);
    if (end > begin) secrets.push({ name, begin, end });
    search.lastIndex = end;
  }
  return secrets;
}

function isSecretName(name: string, hasUser: boolean): boolean {
  if (SHORT_NAME.test(name)) return hasUser;
  return SECRET_NAME.test(name) && !HARMLESS_NAME.test(name);
}

function endOf(text: string, from: number, pattern: RegExp): number {
  const search = new RegExp(pattern);
  search.lastIndex = from;
  return search.exec(text)?.index ?? text.length;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
