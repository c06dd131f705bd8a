/** Tells uploads from every other request before any route has seen them. */
import type { IncomingMessage } from 'node:http';

const PATH = /^\/api\/camera-streams\/?(?:\?|$)/i;
const FORM = /^multipart\/form-data\b/i;

/** Whether a request brings a video, which may take as long as it moves. */
export function isUpload({ method, url = '', headers }: IncomingMessage): boolean {
  return method === 'POST' && PATH.test(url) && FORM.test(headers['content-type'] ?? '');
}
