/** Opens the TCP or TLS connection to a camera, with failures told apart. */
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';
import { CAMERA_TLS, toDialError } from '../dial-error.ts';
import { type AddressGuard, resolveChecked } from '../resolve.ts';

/** Read buffer size (libuv's default). */
const READ_BYTES = 64 * 1024;

/** How to dial. */
export interface DialOptions {
  /** For name and connection together, milliseconds. */
  timeoutMs: number;
  /** Ends the attempt. */
  signal: AbortSignal;
  guard: AddressGuard;
}

/**
 * Connects to a camera. What its socket delivers as `data` is a view, valid until the listener returns.
 * @throws AppError `camera-address-denied`, `camera-unreachable`, `camera-refused`, `camera-timeout`
 */
export async function dial(source: RtspSource, { timeoutMs, signal, guard }: DialOptions): Promise<Socket> {
  const givenUp = Promise.withResolvers<never>();
  const timeout = new AppError(
    'camera-timeout',
    `The camera did not accept a connection within ${timeoutMs} ms`,
  );
  const timer = setTimeout(givenUp.reject, timeoutMs, timeout);
  const abort = (): void => givenUp.reject(new AppError('camera-disconnected', 'The attempt was given up'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    const lookup = await Promise.race([pinnedLookup(source, guard), givenUp.promise]);
    return await connected(source, lookup, givenUp.promise);
  } catch (error) {
    throw toDialError(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Only the gateway marks cameras of the simulator it runs itself. */
async function pinnedLookup(source: RtspSource, guard: AddressGuard): Promise<LookupFunction | undefined> {
  return source.isSimulator === true ? undefined : resolveChecked(source.host, source.port, guard);
}

async function connected(
  { host, port, secure }: RtspSource,
  lookup: LookupFunction | undefined,
  givenUp: Promise<never>,
): Promise<Socket> {
  const to = { host, port, ...(lookup === undefined ? {} : { lookup }), onread: readInto(() => socket) };
  const socket: Socket = secure ? connectTls({ ...to, ...CAMERA_TLS }) : connectTcp(to);
  const opened = new Promise<void>((resolve, reject) => {
    socket.once(secure ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  try {
    await Promise.race([opened, givenUp]);
  } catch (error) {
    opened.catch(() => {});
    socket.destroy();
    throw error;
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 10_000);
  return socket;
}

/** Reads into one buffer: a new one for each read of every camera would keep the garbage collector busy. */
function readInto(socket: () => Socket) {
  return {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback: (bytes: number, buffer: Uint8Array): boolean => {
      const { buffer: memory, byteOffset } = buffer;
      socket().emit('data', Buffer.from(memory, byteOffset, bytes));
      return true;
    },
  };
}
