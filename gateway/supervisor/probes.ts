/** HTTP health probes of a worker. */
import { http } from '#shared/http/node-http.ts';
import { type Livez, livezSchema, TOKEN_HEADER } from '#shared/worker-protocol.ts';
import { requestLocally } from '../worker-access/local-request.ts';

/** Address and identity of the probed process. */
export interface ProbeTarget {
  port: number;
  token: string;
  /** Expected nonce of the process. */
  instance: string;
}

/** A failed probe. Not a `TypeError`, which p-retry never retries. */
export class ProbeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProbeError';
  }
}

/**
 * Asks `/livez`.
 * @param signal aborts the probe immediately; the time is bounded without it too
 * @throws ProbeError when no answer comes in time, or another process answers
 */
export async function probeLiveness(
  target: ProbeTarget,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Livez> {
  const livez = livezSchema.safeParse(await ask(target, '/livez', { timeoutMs, signal }));
  if (!livez.success) throw new ProbeError('the answer is not a health answer');
  if (livez.data.instance !== target.instance) throw new ProbeError('another process answers on the port');
  return livez.data;
}

/** Asks `/readyz`. @throws ProbeError unless the worker is ready within the time */
export async function probeReadiness(
  target: ProbeTarget,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  await ask(target, '/readyz', { timeoutMs, signal });
}

async function ask(
  { port, token }: ProbeTarget,
  path: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs);
  // A fresh connection each time: a kept one may lead to a process that no longer listens.
  const agent = new http.Agent({ keepAlive: false });
  try {
    const answer = await requestLocally(`http://127.0.0.1:${port}${path}`, {
      method: 'GET',
      headers: { [TOKEN_HEADER]: token },
      agent,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    if (answer.status < 200 || answer.status > 299) throw new ProbeError(`status ${answer.status}`);
    return JSON.parse(answer.body.toString());
  } catch (error) {
    // No `cause`: it holds the request with the token.
    const reason = timeout.aborted ? 'timed out' : ((error as NodeJS.ErrnoException).code ?? 'failed');
    throw new ProbeError(`${path} ${reason}`);
  }
}
