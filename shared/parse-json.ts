/** Parses JSON that may be broken, for callers that check the result by a schema. */

/** @returns undefined for text that is not valid JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
