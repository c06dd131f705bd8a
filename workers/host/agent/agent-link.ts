/** Dials out to the gateway for as long as the worker runs: control, and a WebSocket per connection. */
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import {
  AGENT_LINK_PATH,
  type AgentOrder,
  agentOrderSchema,
  CLOSE_REMOVED,
  CLOSE_REPLACED,
  CONTROL_SILENCE_MS,
  SESSION_QUERY,
} from '#shared/agent-link.ts';
import { backoffMs } from '#shared/backoff.ts';
import { linkStream } from '#shared/http/link-stream.ts';
import type { Logger } from '#shared/logger.ts';
import { parseJson } from '#shared/parse-json.ts';
import { Dialler, type DialTarget } from './dialler.ts';

export interface AgentLinkOptions extends DialTarget {
  /** Value of the worker token header that requests must carry. */
  workerToken: string;
  version: string;
  /** Serves a connection. */
  accept: (connection: Socket) => void;
  /** The gateway let this agent in. */
  onWelcome?: () => void;
  /** The gateway removed this agent. */
  onRemoved?: () => void;
  log: Logger;
  timings?: LinkTimings;
}

/** Milliseconds. */
export interface LinkTimings {
  firstRetryMs: number;
  maxRetryMs: number;
  /** After the gateway refused this token, or another process took its place. */
  refusedMs: number;
  silenceMs: number;
}

const LINK_TIMINGS: LinkTimings = {
  firstRetryMs: 500,
  maxRetryMs: 15_000,
  refusedMs: 60_000,
  silenceMs: CONTROL_SILENCE_MS,
};
const JITTER = 0.3;

/** What a person can do about the end of a link. */
const REFUSALS: Readonly<Record<number, string>> = {
  [CLOSE_REMOVED]: 'the gateway has removed this agent; make a new one on its page Agents',
  [CLOSE_REPLACED]: 'another process with the same token took the place of this one; run one of them only',
};

/** From start to close. */
export class AgentLink {
  readonly #options: AgentLinkOptions;
  readonly #timings: LinkTimings;
  readonly #dialler: Dialler;
  readonly #connections = new Set<WebSocket>();
  #control: WebSocket | undefined;
  /** Named in the addresses of connections. */
  #session = '';
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(options: AgentLinkOptions) {
    this.#options = options;
    this.#timings = options.timings ?? LINK_TIMINGS;
    this.#dialler = new Dialler(options);
  }

  start(): void {
    this.#dial();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#control?.terminate();
    this.#endConnections();
  }

  #dial(): void {
    const control = this.#dialler.open(AGENT_LINK_PATH, (status) => {
      refusal = status;
    });
    const { log, workerToken, version } = this.#options;
    let refusal: number | undefined;
    let isWelcome = false;
    this.#control = control;
    const silence = setTimeout(() => control.terminate(), this.#timings.silenceMs);
    const heard = (): void => void silence.refresh();
    control.on('ping', heard);
    control.on('error', (error) => log.debug({ reason: error.message }, 'the gateway cannot be reached'));
    control.on('open', () => control.send(JSON.stringify({ op: 'hello', version, workerToken })));
    control.on('message', (data) => {
      heard();
      const order = agentOrderSchema.safeParse(parseJson(String(data)));
      if (!order.success) return;
      if (order.data.op === 'welcome') isWelcome = true;
      this.#follow(order.data);
    });
    control.once('close', (code) => {
      clearTimeout(silence);
      this.#endConnections();
      this.#again({ code, refusal, isWelcome });
    });
  }

  #follow(order: AgentOrder): void {
    if (order.op === 'welcome') {
      this.#session = order.session;
      this.#failures = 0;
      this.#options.log.info({ agent: order.name }, 'connected to the gateway');
      this.#options.onWelcome?.();
      return;
    }
    for (let count = 0; count < order.count; count += 1) this.#connect();
  }

  #connect(): void {
    const socket = this.#dialler.open(`${AGENT_LINK_PATH}?${SESSION_QUERY}=${this.#session}`, () => {});
    this.#connections.add(socket);
    socket.once('close', () => this.#connections.delete(socket));
    socket.on('error', () => socket.terminate());
    socket.once('open', () => {
      const stream = linkStream(socket);
      // A server ends connections that ask nothing for a minute; these wait for longer.
      stream.once('readable', () => {
        if (!stream.destroyed) this.#options.accept(stream);
      });
    });
  }

  #endConnections(): void {
    for (const socket of this.#connections) socket.terminate();
  }

  #again({ code, refusal, isWelcome }: LinkEnd): void {
    if (this.#isClosed) return;
    const { log, url } = this.#options;
    if (code === CLOSE_REMOVED) this.#options.onRemoved?.();
    const { refusedMs, firstRetryMs, maxRetryMs } = this.#timings;
    const words = refusal === 401 ? 'the gateway does not know this token; see AGENT_TOKEN' : REFUSALS[code];
    const isRefused = words !== undefined;
    const waitMs = isRefused
      ? refusedMs
      : backoffMs(this.#failures, { firstMs: firstRetryMs, maxMs: maxRetryMs, jitter: JITTER });
    const facts = { retryMs: Math.round(waitMs), ...(refusal === undefined ? {} : { status: refusal }) };
    if (isRefused) log.error(facts, words);
    else if (isWelcome) log.warn(facts, 'the connection to the gateway was lost');
    else if (this.#failures === 0) log.warn({ ...facts, url }, 'the gateway cannot be reached');
    if (!isRefused) this.#failures += 1;
    this.#retry = setTimeout(() => this.#dial(), waitMs);
  }
}

interface LinkEnd {
  code: number;
  /** Status with which the gateway answered in place of the upgrade. */
  refusal: number | undefined;
  isWelcome: boolean;
}
