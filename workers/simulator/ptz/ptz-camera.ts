/** The simulated PTZ camera: a stream, and the HTTP port that moves it by ONVIF and by PTZOptics' commands. */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { http } from '#shared/http/node-http.ts';
import { LiveSource } from './live-source.ts';
import { Mount } from './mount.ts';
import { answerOnvif, onvifFault } from './onvif-service.ts';
import { obeyPtzoptics } from './ptzoptics-commands.ts';

/** Where the camera is played. */
export const PTZ_PATH = '/ptz';
const ONVIF_PATH = '/onvif/device_service';
const PTZOPTICS_PATH = '/cgi-bin/ptzctrl.cgi';
const MAX_REQUEST_BYTES = 64 * 1024;

/** One camera; it stands still and costs nothing until a client plays or moves it. */
export class PtzCamera {
  readonly mount = new Mount();
  readonly source = new LiveSource(this.mount);
  readonly #server: Server;
  #streamUrl = '';

  constructor() {
    this.#server = http.createServer((request, response) => void this.#answer(request, response));
  }

  /** Undefined until it listens. */
  get port(): number | undefined {
    return (this.#server.address() as AddressInfo | null)?.port;
  }

  /** Binds the HTTP port. @param streamUrl where the camera is played @throws the `listen` error */
  async listen({ host, port, streamUrl }: { host: string; port: number; streamUrl: string }): Promise<void> {
    this.#streamUrl = streamUrl;
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, query = ''] = (request.url ?? '').split('?');
    if (path === PTZOPTICS_PATH && request.method === 'GET') {
      response.statusCode = obeyPtzoptics(this.mount, query) ? 200 : 400;
      response.end();
    } else if (path === ONVIF_PATH && request.method === 'POST') {
      const body = await readBody(request);
      const facts = { host: request.headers.host ?? '', streamUrl: this.#streamUrl, ...this.source.format };
      const answer = body === undefined ? undefined : answerOnvif(this.mount, body, facts);
      response.writeHead(answer === undefined ? 400 : 200, { 'Content-Type': 'application/soap+xml' });
      response.end(answer ?? onvifFault());
    } else {
      response.writeHead(404).end();
    }
  }
}

/** @returns undefined where the body is too long or ends too early */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > MAX_REQUEST_BYTES) return undefined;
      parts.push(part);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(parts).toString();
}
