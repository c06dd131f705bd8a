/** Whether a browser makes a request for a page of ours, or for one that was allowed. */
import type { IncomingMessage } from 'node:http';
import { publicOrigin } from '../http/public-origin.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The page's origin when it is another than ours; undefined for our pages and for what is no browser. */
export function foreignOrigin(request: IncomingMessage): string | undefined {
  const { origin } = request.headers;
  if (origin === undefined) return undefined;
  // Behind a proxy that ends TLS without saying so the scheme differs and nothing else.
  return hostOf(origin) === hostOf(publicOrigin(request)) ? undefined : origin;
}

/**
 * Whether a request that changes something, or opens a socket, comes from a page
 * that has no business here (OWASP: cross-site request forgery, cross-site
 * WebSocket hijacking). A page cannot forge these headers.
 */
export function isForged(request: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const isUpgrade = request.headers.upgrade !== undefined;
  if (!isUpgrade && SAFE.has(request.method ?? '')) return false;
  const foreign = foreignOrigin(request);
  if (foreign !== undefined) return !allowedOrigins.includes(foreign);
  const site = request.headers['sec-fetch-site'];
  return (
    request.headers.origin === undefined &&
    site !== undefined &&
    !['same-origin', 'none'].includes(String(site))
  );
}

/**
 * Whether a request that changes something, or opens a socket, does not say which page makes it.
 * Every browser does, so none that comes with a browser's cookie may leave it out.
 */
export function isUnsourced({ method, headers }: IncomingMessage): boolean {
  const isSafe = headers.upgrade === undefined && SAFE.has(method ?? '');
  return !isSafe && headers.origin === undefined && headers['sec-fetch-site'] === undefined;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
