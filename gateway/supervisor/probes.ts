/** Asks a worker how it is. */
import { Agent } from 'node:http';
import got from 'got';
import { type Livez, livezSchema, TOKEN_HEADER } from '#shared/worker-protocol.ts';

/** Whom to ask, and who must answer. */
export interface ProbeTarget {
  port: number;
  token: string;
  /** Nonce of the process that is meant. */
  instance: string;
}

/** A worker that does not answer as itself. Our own class: p-retry takes a `TypeError` for a bug and gives up. */
export class ProbeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProbeError';
  }
}

/**
 * Asks `/livez`.
 * @param signal ends the probe at once; its time is bounded all the same
 * @throws ProbeError when nothing, or somebody else, answers within the time
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

/** Asks `/readyz`. @throws ProbeError when it does not say yes within the time */
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
  try {
    return await got(`http://127.0.0.1:${port}${path}`, {
      headers: { [TOKEN_HEADER]: token },
      retry: { limit: 0 },
      followRedirect: false,
      // A fresh connection each time: a kept one may lead to a process that no longer listens.
      agent: { http: new Agent({ keepAlive: false }) },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    }).json();
  } catch (error) {
    // The cause is not passed on, since it carries the request with the token.
    const reason = timeout.aborted ? 'timed out' : ((error as NodeJS.ErrnoException).code ?? 'failed');
    throw new ProbeError(`${path} ${reason}`);
  }
}
