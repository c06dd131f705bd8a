/** Which pages may frame ours. */

/** Replit frames the running app in a page of its own. */
const PUBLIC_FRAMES = ['https://replit.com', 'https://*.replit.com'];

/** A directive of a Content-Security-Policy. @param isPublic whether the gateway runs on a public host */
export function frameAncestors(isPublic: boolean): string {
  return ['frame-ancestors', "'self'", ...(isPublic ? PUBLIC_FRAMES : [])].join(' ');
}
