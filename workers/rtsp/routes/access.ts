/** Cross-origin access to a worker that runs alone. */
import type { RequestHandler } from 'express';

const EXPOSED_HEADERS =
  'Accept-Patch, ETag, Link, Location, X-Frame-Timestamp, X-Frame-Age-Ms, X-Frame-Sequence';

/** Lets pages of any origin call the worker (Fetch standard, CORS). */
export const allowAnyOrigin: RequestHandler = (req, res, next) => {
  res.setHeader('Access-Control-Allow-Origin', '*');
  res.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
  if (req.method !== 'OPTIONS') {
    next();
    return;
  }
  res.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PATCH, DELETE, OPTIONS');
  res.setHeader('Access-Control-Allow-Headers', 'Content-Type, If-Match, If-None-Match');
  res.setHeader('Access-Control-Max-Age', '600');
  res.status(204).end();
};
