/** A connection to a worker that speaks another protocol than HTTP, after an upgrade. */
import type { Duplex } from 'node:stream';
import { AppError } from '#shared/errors.ts';
import { HANDED_HEADER, TOKEN_HEADER } from '#shared/worker-protocol.ts';
import type { WorkerAddress } from './worker-address.ts';
import { openWorkerConnection } from './worker-connection.ts';
import { connectionError } from './worker-error.ts';

const MAX_HEAD_BYTES = 16 * 1024;
/** Time for the whole head of an answer that began, milliseconds. */
const HEAD_MS = 5000;
const HEAD_END = '\r\n\r\n';

export interface UpgradeRequest {
  /** Path of the worker. */
  path: string;
  protocol: string;
  headers: Readonly<Record<string, string>>;
}

/**
 * Opens one. The stream is paused, and what it already received is put back.
 * @throws AppError `worker-not-ready`, `worker-timeout`, `worker-failed`, `camera-not-found`
 */
export async function openWorkerStream(
  worker: WorkerAddress,
  request: UpgradeRequest,
  headMs = HEAD_MS,
): Promise<Duplex> {
  const connection = await openWorkerConnection(worker, headOf(request, worker.token));
  try {
    await expectUpgrade(connection, worker.name, headMs);
    return connection;
  } catch (error) {
    connection.on('error', () => {}).destroy();
    throw connectionError(error, worker.name);
  }
}

/**
 * Hands a client's connection to the worker. @param received what the client said already
 * @returns false where the bytes must be relayed, by {@link openWorkerStream}
 */
export function handOverStream(
  worker: WorkerAddress,
  { headers, ...request }: UpgradeRequest,
  { connection, received }: { connection: Duplex; received: Buffer },
): boolean {
  const head = headOf({ ...request, headers: { ...headers, [HANDED_HEADER]: '1' } }, worker.token);
  return worker.handOver?.(connection, Buffer.concat([Buffer.from(head, 'latin1'), received])) === true;
}

function headOf({ path, protocol, headers }: UpgradeRequest, token: string): string {
  const all = { Host: 'worker', Connection: 'Upgrade', Upgrade: protocol, [TOKEN_HEADER]: token, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${[`GET ${path} HTTP/1.1`, ...lines].join('\r\n')}${HEAD_END}`;
}

/** Reads the answer and puts back what came behind it. */
async function expectUpgrade(socket: Duplex, worker: string, headMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let received = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    const end = received.indexOf(HEAD_END);
    if (end < 0) {
      if (received.length > MAX_HEAD_BYTES) reject(new Error('the head of the answer is too long'));
      return;
    }
    socket.pause();
    socket.off('data', onData);
    const rest = received.subarray(end + HEAD_END.length);
    if (rest.length > 0) socket.unshift(rest);
    const status = Number(received.toString('latin1', 0, 12).split(' ')[1]);
    if (status === 101) resolve();
    else if (status === 404) reject(new AppError('camera-not-found', 'The worker has no such camera yet'));
    else reject(new AppError('worker-failed', `Worker ${worker} answered with status ${status}`));
  };
  socket.on('data', onData);
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('the worker closed the connection')));
  const late = setTimeout(
    () => reject(new AppError('worker-timeout', `Worker ${worker} did not answer in time`)),
    headMs,
  );
  await promise.finally(() => clearTimeout(late));
}
