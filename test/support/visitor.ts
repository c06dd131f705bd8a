/** A remote client of a gateway: with a token, with a browser's cookie, or with nothing. */
import { once } from 'node:events';
import { request } from 'node:http';
import { WebSocket } from 'ws';
import { getJson, type JsonAnswer } from './http.ts';

/** Comes through a proxy, so it is from elsewhere. */
export const ELSEWHERE = { 'x-forwarded-for': '203.0.113.9' };

/** Headers of a remote client with a token. */
export function bearer(token: string): Record<string, string> {
  return { ...ELSEWHERE, authorization: `Bearer ${token}` };
}

/** One who visits a gateway at an origin. */
export class Visitor {
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Signs in. @returns the headers that its browser sends from now on, from a page of the gateway's */
  async signIn(token: string): Promise<Record<string, string>> {
    const { status, headers } = await this.post('/api/auth/login', { token });
    if (status !== 200) throw new Error(`signing in was answered with ${status}`);
    const cookie = (headers.getSetCookie()[0] ?? '').split(';')[0] as string;
    return { ...ELSEWHERE, cookie, origin: this.origin };
  }

  get(path: string, headers: Record<string, string> = ELSEWHERE): Promise<JsonAnswer> {
    return getJson(`${this.origin}${path}`, headers);
  }

  async post(
    path: string,
    body: object = {},
    headers: Record<string, string> = ELSEWHERE,
  ): Promise<JsonAnswer> {
    const response = await fetch(`${this.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  }

  /** Sends a request whose target is sent as it is written, which fetch would tidy up. @returns the status */
  raw(target: string, headers: Record<string, string> = ELSEWHERE, method = 'GET'): Promise<number> {
    const { port } = new URL(this.origin);
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: target, method, headers, agent: false }, (response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }

  /** Opens a WebSocket. @throws Error of the handshake */
  async socket(path: string, headers: Record<string, string> = ELSEWHERE): Promise<WebSocket> {
    const socket = new WebSocket(`${this.origin.replace('http', 'ws')}${path}`, { headers });
    await once(socket, 'open');
    return socket;
  }

  /** Status with which a WebSocket is refused; 101 where it is opened. */
  async upgradeStatus(path: string, headers: Record<string, string> = ELSEWHERE): Promise<number> {
    const socket = new WebSocket(`${this.origin.replace('http', 'ws')}${path}`, { headers });
    socket.on('error', () => {});
    try {
      return await Promise.race([
        once(socket, 'open').then(() => 101),
        once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number),
      ]);
    } finally {
      socket.terminate();
    }
  }
}
