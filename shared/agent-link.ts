/**
 * The link of an agent: a worker on another network that dials out. Every WebSocket to {@link AGENT_LINK_PATH}
 * carries {@link AGENT_TOKEN_HEADER}. The first one is for control: JSON as below, one at a time per agent. Every
 * further one names the session of that control ({@link SESSION_QUERY}) and carries the bytes of one connection
 * from the gateway to the worker's HTTP server. The gateway pings all of them.
 */
import { z } from 'zod';
import type { Environment } from './settings.ts';

/** Where agents dial in at the gateway. */
export const AGENT_LINK_PATH = '/agents/link';
/** Its own header, so that a token of an agent is never taken for one of a client. */
export const AGENT_TOKEN_HEADER = 'x-agent-token';
/** Query parameter of a connection: the session it belongs to. Absent for control. */
export const SESSION_QUERY = 'session';

/** The gateway pings control this often; either side ends a link that said nothing for longer, milliseconds. */
export const CONTROL_PING_MS = 3000;
export const CONTROL_SILENCE_MS = 9000;
/** Proxies end connections that are idle for a minute, milliseconds. */
export const STREAM_PING_MS = 20_000;

/** Larger than any write of a worker. */
export const MAX_LINK_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Close codes of ours (RFC 6455 section 7.4.2): the agent was removed; another process took its place. */
export const CLOSE_REMOVED = 4401;
export const CLOSE_REPLACED = 4409;

/** Environment of a worker that dials out. */
export const AGENT_ENV = {
  /** Address of the gateway, `https://HOST`. */
  url: 'AGENT_GATEWAY_URL',
  token: 'AGENT_LINK_TOKEN',
} as const;

const PROXY_NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];

/** The part of an environment that names HTTP proxies, as Node's agents take it. */
export function proxyEnv(env: Environment): Record<string, string> {
  const names = PROXY_NAMES.flatMap((name) => [name, name.toLowerCase()]);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** What fits into a header and a line of a log. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** Agent to gateway, first of all. */
export const agentHelloSchema = z.object({
  op: z.literal('hello'),
  /** Version of the product. */
  version: z.string().max(64).regex(VISIBLE_ASCII),
  /** Value of the worker token header that the worker asks for. */
  workerToken: z.string().max(256).regex(VISIBLE_ASCII),
});

/** Gateway to agent: the answer to the first message, and then requests for further connections. */
export const agentOrderSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('welcome'), name: z.string(), session: z.string() }),
  z.object({ op: z.literal('dial'), count: z.number().int().min(1).max(100) }),
]);
export type AgentOrder = z.infer<typeof agentOrderSchema>;
