/** Ends work whose client has left. */
import type { ServerResponse } from 'node:http';

/** Aborted when the connection closes, which means nothing once the answer was sent. */
export function goneSignal(res: ServerResponse): AbortSignal {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  return gone.signal;
}
