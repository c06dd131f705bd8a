/** Opens the TCP or TLS connection to a camera, with failures told apart. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RtspSource } from '#shared/camera-source.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';

const CODE_BY_ERRNO: Record<string, ErrorCode> = {
  ECONNREFUSED: 'camera-refused',
  ECONNRESET: 'camera-disconnected',
  ETIMEDOUT: 'camera-timeout',
};

/**
 * Connects to a camera.
 * @param signal ends the attempt
 * @throws AppError `camera-unreachable`, `camera-refused`, `camera-timeout`
 */
export async function dial(source: RtspSource, timeoutMs: number, signal: AbortSignal): Promise<Socket> {
  const { host, port, secure } = source;
  // Cameras carry self-signed certificates: TLS here keeps listeners out, it does not prove who answers.
  const socket = secure ? connectTls({ host, port, rejectUnauthorized: false }) : connectTcp({ host, port });
  const timeout = new AppError(
    'camera-timeout',
    `The camera did not accept a connection within ${timeoutMs} ms`,
  );
  const timer = setTimeout(() => socket.destroy(timeout), timeoutMs);
  const abort = (): void =>
    void socket.destroy(new AppError('camera-disconnected', 'The attempt was given up'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    await new Promise<void>((resolve, reject) => {
      socket.once(secure ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    return socket;
  } catch (error) {
    throw toDialError(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function toDialError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const errno = (error as NodeJS.ErrnoException).code ?? '';
  const code = CODE_BY_ERRNO[errno] ?? 'camera-unreachable';
  return new AppError(code, `The camera cannot be reached (${errno || 'connection failed'})`, {
    cause: error,
  });
}
