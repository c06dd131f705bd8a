/** Where agents dial in: who they are, and which of their connections is which. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  AGENT_TOKEN_HEADER,
  agentHelloSchema,
  CLOSE_REPLACED,
  MAX_LINK_MESSAGE_BYTES,
  SESSION_QUERY,
} from '#shared/agent-link.ts';
import { AppError } from '#shared/errors.ts';
import { refuseUpgrade } from '#shared/http/refuse-upgrade.ts';
import type { Logger } from '#shared/logger.ts';
import { parseJson } from '#shared/parse-json.ts';
import { AgentSession, type SessionFacts } from './agent-session.ts';

export interface AgentDoorOptions {
  /** Name of the agent of a token. @throws AppError `unauthorized`, `storage-unavailable` */
  nameOf: (token: string) => string;
  onSession: (session: AgentSession) => void;
  log: Logger;
}

/** Time for the first message, milliseconds. */
const HELLO_MS = 5000;

/** Takes the upgrades of agents. */
export class AgentDoor {
  readonly #options: AgentDoorOptions;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_LINK_MESSAGE_BYTES,
  });
  readonly #sessions = new Map<string, AgentSession>();
  /** Sockets that did not say hello yet, the newest of each agent. */
  readonly #strangers = new Map<string, WebSocket>();

  constructor(options: AgentDoorOptions) {
    this.#options = options;
  }

  /** Takes an upgrade, or answers why not. @param address of the client; undefined for this machine */
  take(request: IncomingMessage, socket: Duplex, head: Buffer, address: string | undefined): void {
    try {
      const name = this.#options.nameOf(String(request.headers[AGENT_TOKEN_HEADER] ?? ''));
      const id = new URL(request.url ?? '/', 'http://gateway').searchParams.get(SESSION_QUERY);
      const session = this.#sessions.get(name);
      // A connection of a session that ended is of no use: its control dials anew.
      if (id !== null && session?.id !== id)
        throw new AppError('session-not-found', 'This session has ended; say hello again');
      if (id !== null && session?.isFull === true)
        throw new AppError('too-many-connections', `Agent ${name} has too many connections open`);
      this.#server.handleUpgrade(request, socket, head, (opened) => {
        if (id !== null) session?.add(opened);
        else this.#greet(opened, name, address);
      });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refuseUpgrade(socket, error);
    }
  }

  /** Ends the session of an agent. */
  end(name: string, code: number, reason: string): void {
    this.#sessions.get(name)?.close(code, reason);
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  #greet(control: WebSocket, name: string, address: string | undefined): void {
    control.on('error', () => control.terminate());
    this.#strangers.get(name)?.terminate();
    this.#strangers.set(name, control);
    const late = setTimeout(() => control.terminate(), HELLO_MS);
    control.once('close', () => {
      clearTimeout(late);
      this.#forget(name, control);
    });
    control.once('message', (data) => {
      clearTimeout(late);
      this.#forget(name, control);
      const hello = agentHelloSchema.safeParse(parseJson(String(data)));
      if (!hello.success) {
        this.#options.log.warn({ agent: name }, 'an agent said no proper hello');
        control.terminate();
        return;
      }
      this.#open(control, { name, address, ...hello.data });
    });
  }

  #forget(name: string, control: WebSocket): void {
    if (this.#strangers.get(name) === control) this.#strangers.delete(name);
  }

  #open(control: WebSocket, facts: SessionFacts): void {
    const { name } = facts;
    // The newest counts: the one before may hang on a connection that is half gone.
    this.#sessions.get(name)?.close(CLOSE_REPLACED, 'another process with this token took its place');
    const session = new AgentSession(control, facts);
    this.#sessions.set(name, session);
    session.onEnd(() => {
      if (this.#sessions.get(name) === session) this.#sessions.delete(name);
    });
    this.#options.onSession(session);
  }
}
