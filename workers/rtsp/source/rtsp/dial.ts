/** Opens the TCP or TLS connection to a camera, with failures told apart. */
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RtspSource } from '#shared/contract/source/rtsp.ts';
import { AppError } from '#shared/errors.ts';
import { CAMERA_TLS, toDialError } from '../dial-error.ts';
import { type AddressGuard, resolveChecked } from '../resolve.ts';

/** Most that one read takes (libuv's default). */
const READ_BYTES = 64 * 1024;

/** What all cameras are read into, one after the other: each read is over when its listener returns. */
export function createReadBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(READ_BYTES);
}

/** How to dial. */
export interface DialOptions {
  /** For name and connection together, milliseconds. */
  timeoutMs: number;
  /** Ends the attempt. */
  signal: AbortSignal;
  guard: AddressGuard;
  /** From {@link createReadBuffer}. */
  readBuffer: Buffer;
}

/**
 * Connects to a camera. What its socket delivers as `data` is a view, valid until the listener returns.
 * @throws AppError `camera-address-denied`, `camera-unreachable`, `camera-refused`, `camera-timeout`
 */
export async function dial(
  source: RtspSource,
  { timeoutMs, signal, guard, readBuffer }: DialOptions,
): Promise<Socket> {
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
    return await connected(source, { lookup, readBuffer }, givenUp.promise);
  } catch (error) {
    throw toDialError(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Only the gateway marks cameras of the simulator it runs itself. */
async function pinnedLookup(source: RtspSource, guard: AddressGuard): Promise<LookupFunction | undefined> {
  const isOurs = source.isSimulator === true || source.isMirror === true;
  return isOurs ? undefined : resolveChecked(source.host, source.port, guard);
}

async function connected(
  { host, port, secure }: RtspSource,
  { lookup, readBuffer }: { lookup: LookupFunction | undefined; readBuffer: Buffer },
  givenUp: Promise<never>,
): Promise<Socket> {
  const onread = readInto(readBuffer, () => socket);
  const to = { host, port, ...(lookup === undefined ? {} : { lookup }), onread };
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

/** A new buffer for each read of every camera would keep the garbage collector busy. */
function readInto(buffer: Buffer, socket: () => Socket) {
  return {
    buffer,
    callback: (bytes: number, filled: Uint8Array): boolean => {
      const { buffer: memory, byteOffset } = filled;
      socket().emit('data', Buffer.from(memory, byteOffset, bytes));
      return true;
    },
  };
}
