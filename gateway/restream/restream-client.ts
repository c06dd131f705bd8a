/**
 * One RTSP client until it has said which camera it wants and who it is; from then on the camera's worker
 * serves its connection, or its bytes go there and back, with back pressure from end to end.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '#shared/errors.ts';
import type { Logger } from '#shared/logger.ts';
import { firstMessage, formatMessage, headerOf, type RtspMessage } from '#shared/media/rtsp/message.ts';
import { cameraIdOf, READER_METHODS } from '#shared/media/rtsp/reader-request.ts';
import { RESTREAM_CLIENT_HEADER, RESTREAM_PATH, RESTREAM_PROTOCOL } from '#shared/worker-protocol.ts';
import type { Door } from '../auth/door.ts';
import type { Principal } from '../auth/principal.ts';
import { maySee, noCamera } from '../auth/rights.ts';
import type { CameraRouting } from '../worker-access/camera-routing.ts';
import { handOverStream, openWorkerStream } from '../worker-access/worker-stream.ts';
import { ClientLogin, type LoginOptions } from './client-login.ts';

export interface RestreamClientOptions extends Omit<LoginOptions, 'address' | 'door'> {
  door: Door;
  routing: Pick<CameraRouting, 'resolve' | 'report' | 'tie'>;
  log: Logger;
  /** Time to name a camera and sign in, milliseconds. */
  loginMs: number;
}

const FORBIDDEN = [403, 'Forbidden'] as const;
const UNAVAILABLE = [503, 'Service Unavailable'] as const;
const STATUS: Readonly<Record<string, readonly [number, string]>> = {
  'camera-not-found': [404, 'Not Found'],
  unauthorized: [401, 'Unauthorized'],
  'too-many-requests': FORBIDDEN,
  forbidden: FORBIDDEN,
};

/** Owns one connection. */
export class RestreamClient {
  readonly #socket: Socket;
  readonly #options: RestreamClientOptions;
  readonly #login: ClientLogin;
  readonly #address: string;
  #received: Buffer = Buffer.alloc(0);
  readonly #deadline: NodeJS.Timeout;

  constructor(socket: Socket, options: RestreamClientOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
    this.#login = new ClientLogin({ ...options, address: this.#address });
    this.#deadline = setTimeout(() => socket.destroy(), options.loginMs);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => clearTimeout(this.#deadline));
    socket.on('data', this.#onData);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#received = Buffer.concat([this.#received, chunk]);
    try {
      this.#read();
    } catch {
      this.#socket.end(formatMessage('RTSP/1.0 400 Bad Request', { Connection: 'close' }));
    }
  };

  #read(): void {
    for (let next = firstMessage(this.#received); next !== undefined; next = firstMessage(this.#received)) {
      const { message, bytes } = next;
      const wanted = this.#wantedBy(message);
      if (wanted !== undefined) {
        this.#socket.off('data', this.#onData);
        this.#socket.pause();
        void this.#passOn(wanted, message);
        return;
      }
      this.#received = this.#received.subarray(bytes);
      if (this.#received.length === 0) return;
    }
  }

  /** The camera that a client may have; undefined where the request was answered. */
  #wantedBy(message: RtspMessage): { cameraId: string; principal: Principal } | undefined {
    const [method = '', uri = ''] = message.startLine.split(' ');
    if (method === 'OPTIONS') {
      this.#answer(message, 200, 'OK', { Public: READER_METHODS });
      return undefined;
    }
    try {
      const authorization = headerOf(message, 'authorization');
      const principal = this.#login.principalOf({ method, uri, authorization });
      if (principal === undefined) throw new AppError('unauthorized', 'A token or a key is needed');
      const cameraId = cameraIdOf(uri) ?? '';
      if (!maySee(principal, cameraId)) throw noCamera(cameraId);
      this.#options.routing.resolve(cameraId);
      return { cameraId, principal };
    } catch (error) {
      this.#refuse(message, error);
      return undefined;
    }
  }

  async #passOn(
    { cameraId, principal }: { cameraId: string; principal: Principal },
    message: RtspMessage,
  ): Promise<void> {
    const { routing, door, log } = this.#options;
    const socket = this.#socket;
    const worker = routing.resolve(cameraId);
    const untie = routing.tie(cameraId, worker, () => socket.destroy());
    socket.once('close', untie);
    const request = {
      path: `${RESTREAM_PATH}${encodeURIComponent(cameraId)}`,
      protocol: RESTREAM_PROTOCOL,
      headers: { [RESTREAM_CLIENT_HEADER]: this.#address },
    };
    try {
      if (!handOverStream(worker, request, { connection: socket, received: this.#received }))
        this.#join(await openWorkerStream(worker, request));
      clearTimeout(this.#deadline);
      socket.once(
        'close',
        door.onEnd(principal, () => socket.destroy()),
      );
      log.debug({ cameraId, client: this.#address }, 'an RTSP client reads a camera');
    } catch (error) {
      if (error instanceof AppError && error.code !== 'camera-not-found') routing.report(worker.name);
      this.#refuse(message, error);
      socket.end();
    }
  }

  /** Carries bytes both ways until one side ends. */
  #join(upstream: Duplex): void {
    const socket = this.#socket;
    upstream.on('error', () => upstream.destroy());
    upstream.once('close', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
    if (socket.destroyed) upstream.destroy();
    upstream.write(this.#received);
    upstream.pipe(socket);
    socket.pipe(upstream);
  }

  #refuse(message: RtspMessage, error: unknown): void {
    const [status, reason] = (error instanceof AppError && STATUS[error.code]) || UNAVAILABLE;
    const challenge: Record<string, string> =
      status === 401 ? { 'WWW-Authenticate': this.#login.challenge } : {};
    this.#answer(message, status, reason, challenge);
  }

  #answer(message: RtspMessage, status: number, reason: string, headers: Record<string, string>): void {
    const cseq = headerOf(message, 'cseq') ?? '0';
    this.#socket.write(formatMessage(`RTSP/1.0 ${status} ${reason}`, { CSeq: cseq, ...headers }));
  }
}
