/** Opens WebSockets to the gateway, through the HTTP proxy that the environment names. */
import type { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { WebSocket } from 'ws';
import { AGENT_TOKEN_HEADER, MAX_LINK_MESSAGE_BYTES } from '#shared/agent-link.ts';
import { http } from '#shared/http/node-http.ts';
import type { Environment } from '#shared/settings.ts';

/** Where the gateway is, and what shows who dials. */
export interface DialTarget {
  /** `https://HOST`, with the prefix of a path where there is one. */
  url: string;
  token: string;
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case. */
  proxyEnv: Environment;
}

const HANDSHAKE_MS = 8000;

/** One per link. */
export class Dialler {
  readonly #target: DialTarget;
  readonly #agent: HttpAgent;

  constructor(target: DialTarget) {
    this.#target = target;
    const options = { proxyEnv: { ...target.proxyEnv } };
    this.#agent = target.url.startsWith('https:') ? new HttpsAgent(options) : new http.Agent(options);
  }

  /** @param onRefused gets the status of an answer in place of the upgrade; the socket closes then */
  open(path: string, onRefused: (status: number) => void): WebSocket {
    const { url, token } = this.#target;
    const socket = new WebSocket(`${url.replace(/^http/, 'ws').replace(/\/+$/, '')}${path}`, {
      headers: { [AGENT_TOKEN_HEADER]: token },
      agent: this.#agent,
      perMessageDeflate: false,
      maxPayload: MAX_LINK_MESSAGE_BYTES,
      handshakeTimeout: HANDSHAKE_MS,
    });
    socket.on('unexpected-response', (_request, response) => {
      onRefused(response.statusCode ?? 0);
      response.resume();
      socket.terminate();
    });
    return socket;
  }
}
