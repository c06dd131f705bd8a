/**
 * Keeps secrets out of logs and errors. Two nets: values that were registered
 * as secret are replaced wherever they appear (raw, URL-encoded, base64), and
 * user information in any URL is masked whether registered or not.
 */

const MASK = '***';
const URL_USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]*(?:@[^\s/@"'<>]*)*@/gi;
/** Cameras' passwords come unescaped, with `/` and `@` in them: there everything up to the last `@` is masked. */
const RTSP_USER_INFO = /\b(rtsps?:\/\/)[^\s"'<>]*@/gi;
const AUTHORIZATION = /\b(authorization"?\s*[:=]\s*"?)(basic|bearer|digest)\s+[^\r\n"]+/gi;
/** Shorter values would blank out ordinary words of a log. */
const MIN_SECRET_LENGTH = 4;

/** A set of secret values and the function that removes them from text. */
export class Redactor {
  readonly #holders = new Map<string, number>();

  /** Registers a secret; returns the function that forgets it again. */
  add(secret: string | undefined): () => void {
    if (secret === undefined || secret.length < MIN_SECRET_LENGTH) return () => {};
    const forms = formsOf(secret);
    for (const form of forms) this.#holders.set(form, (this.#holders.get(form) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      for (const form of forms) this.#release(form);
    };
  }

  /** Text without any registered secret, URL user information or Authorization value. */
  redact(text: string): string {
    let clean = maskUrl(text).replace(AUTHORIZATION, `$1$2 ${MASK}`);
    for (const form of this.#holders.keys()) {
      if (clean.includes(form)) clean = clean.replaceAll(form, MASK);
    }
    return clean;
  }

  #release(form: string): void {
    const count = this.#holders.get(form) ?? 0;
    if (count <= 1) this.#holders.delete(form);
    else this.#holders.set(form, count - 1);
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

/** A URL as it may be shown: user information masked, everything else kept. */
export function maskUrl(url: string): string {
  return url.replace(RTSP_USER_INFO, `$1${MASK}@`).replace(URL_USER_INFO, `$1${MASK}@`);
}
