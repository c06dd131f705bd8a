/** Ends work whose client has left. */
import type { Response } from 'express';

/** Aborted when the client closes the connection before the answer was sent. */
export function goneSignal(res: Response): AbortSignal {
  const gone = new AbortController();
  res.once('close', () => {
    if (!res.writableFinished) gone.abort();
  });
  return gone.signal;
}
