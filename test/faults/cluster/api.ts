/** Calls of a client. */
const TOKEN = 'T0kenOfTheAdministrator-0123456789';
const TIMEOUT_MS = 15_000;

/** Settings of a gateway for these calls. */
export const API_ENV = { API_TOKEN: TOKEN, RATE_LIMIT_API: '100000', RATE_LIMIT_WRITES: '100000' };
/** Who clients are. */
export const BEARER = { authorization: `Bearer ${TOKEN}` };

/** @returns the answer @throws Error for any but a good one */
export async function api(origin: string, path: string, method = 'GET', body?: object) {
  const response = await fetch(`${origin}${path}`, {
    ...{ method, headers: { ...BEARER, 'content-type': 'application/json' } },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
