/** Secrets of Standard Webhooks (standard-webhooks.md, "Signature scheme"). */

/** Complete groups of four: the signing library throws for any other base64. */
const SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

/** Whether text is one or more secrets separated by spaces, for rotation: `whsec_` and 24 to 64 bytes as base64. */
export function isWebhookSecret(text: string): boolean {
  return text.split(/\s+/).every((secret) => {
    const { length } = Buffer.from(SECRET.exec(secret)?.[1] ?? '', 'base64');
    return length >= MIN_KEY_BYTES && length <= MAX_KEY_BYTES;
  });
}
