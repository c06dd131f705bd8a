/** A connection to a worker for bytes that Node's HTTP client does not carry: tunnels and other protocols. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WorkerTarget } from './worker-address.ts';
import { connectionError } from './worker-error.ts';

const ANSWER_MS = 5000;

/**
 * Opens one and sends its first bytes.
 * @returns the connection once an answer begins; nothing of that is read yet
 * @throws AppError `worker-not-ready`, `worker-timeout`, `worker-failed`
 */
export async function openWorkerConnection(worker: WorkerTarget, first: Buffer | string): Promise<Duplex> {
  const late = AbortSignal.timeout(ANSWER_MS);
  let connection: Duplex | undefined;
  try {
    connection = await (worker.link === undefined ? dial(worker.origin, late) : worker.link.open());
    connection.write(first);
    await once(connection, 'readable', { signal: late });
    if (connection.readableLength === 0) throw new Error('the worker closed the connection');
    return connection;
  } catch (error) {
    connection?.on('error', () => {}).destroy();
    throw connectionError(error, worker.name, late.aborted);
  }
}

async function dial(origin: string, signal: AbortSignal): Promise<Duplex> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.on('error', () => {}).destroy();
    throw error;
  }
}
