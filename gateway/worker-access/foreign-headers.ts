/**
 * Headers of answers that come from a worker which may not be ours, as on another network: they must not run in pages
 * of this gateway.
 */
export const FOREIGN_HEADERS = {
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
} as const;
