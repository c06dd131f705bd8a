/** Asks a worker how it is. */
import got from 'got';
import { type Livez, livezSchema, TOKEN_HEADER } from '#shared/worker-protocol.ts';

/** Whom to ask, and who must answer. */
export interface ProbeTarget {
  port: number;
  token: string;
  instance: string;
}

/** A worker that does not answer as itself. Our own class: p-retry takes a `TypeError` for a bug and gives up. */
export class ProbeError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProbeError';
  }
}

/** Asks `/livez`. @throws ProbeError when nothing, or somebody else, answers within the time */
export async function probeLiveness(target: ProbeTarget, timeoutMs: number): Promise<Livez> {
  const livez = livezSchema.safeParse(await ask(target, '/livez', timeoutMs));
  if (!livez.success) throw new ProbeError('the answer is not a health answer');
  if (livez.data.instance !== target.instance) throw new ProbeError('another process answers on the port');
  return livez.data;
}

/** Whether `/readyz` says yes. */
export async function probeReadiness(target: ProbeTarget, timeoutMs: number): Promise<boolean> {
  return ask(target, '/readyz', timeoutMs).then(
    () => true,
    () => false,
  );
}

async function ask({ port, token }: ProbeTarget, path: string, timeoutMs: number): Promise<unknown> {
  try {
    return await got(`http://127.0.0.1:${port}${path}`, {
      headers: { [TOKEN_HEADER]: token },
      retry: { limit: 0 },
      followRedirect: false,
      // A fresh connection each time: a kept one may outlive the process behind it.
      agent: { http: undefined },
      signal: AbortSignal.timeout(timeoutMs),
    }).json();
  } catch (error) {
    throw new ProbeError(`no answer from ${path}`, { cause: error });
  }
}
