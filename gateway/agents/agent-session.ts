/** One agent that is connected: its control, and the connections that it dialled ahead. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { type AgentOrder, CONTROL_PING_MS, CONTROL_SILENCE_MS, STREAM_PING_MS } from '#shared/agent-link.ts';
import { linkStream } from '#shared/http/link-stream.ts';
import { linkOf, type WorkerLink } from '../worker-access/worker-link.ts';

/** Facts of a session. */
export interface SessionFacts {
  name: string;
  /** Version of the agent. */
  version: string;
  workerToken: string;
  /** Address of the client that dialled; undefined for this machine. */
  address: string | undefined;
}

/** Connections that wait for use. */
const IDLE_CONNECTIONS = 3;
/** Against an agent that dials without being asked: more than the gateway uses of one worker. */
const MAX_IDLE_CONNECTIONS = 20;
const MAX_CONNECTIONS = 600;
/** A connection that is not there by then is given up, milliseconds. */
const DIAL_MS = 5000;

/** From the hello of an agent to the end of its control. */
export class AgentSession {
  readonly facts: Readonly<SessionFacts>;
  /** Names it in the addresses of its connections; unguessable. */
  readonly id = randomBytes(16).toString('hex');
  readonly link: WorkerLink;
  readonly since = new Date();
  readonly #control: WebSocket;
  /** Every connection, and whether anything came on it since the last ping. */
  readonly #sockets = new Map<WebSocket, boolean>();
  readonly #idle: WebSocket[] = [];
  readonly #waiting: PromiseWithResolvers<Socket>[] = [];
  readonly #timers: NodeJS.Timeout[];
  #asked = 0;
  #pingAt = 0;
  readonly #silence: NodeJS.Timeout;
  #latencyMs: number | undefined;

  constructor(control: WebSocket, facts: SessionFacts) {
    this.facts = facts;
    this.#control = control;
    this.link = linkOf(() => this.#open());
    control.on('error', () => control.terminate());
    control.on('message', () => this.#silence.refresh());
    control.on('pong', () => {
      this.#silence.refresh();
      this.#latencyMs = performance.now() - this.#pingAt;
    });
    control.once('close', () => this.#end());
    this.#silence = setTimeout(() => control.terminate(), CONTROL_SILENCE_MS);
    this.#timers = [
      this.#silence,
      setInterval(() => this.#beat(), CONTROL_PING_MS),
      setInterval(() => this.#pingStreams(), STREAM_PING_MS),
    ];
    this.#send({ op: 'welcome', name: facts.name, session: this.id });
    this.#beat();
    this.#dialAhead();
  }

  /** Round trip of the last ping, milliseconds. */
  get latencyMs(): number | undefined {
    return this.#latencyMs === undefined ? undefined : Math.round(this.#latencyMs * 10) / 10;
  }

  /** Whether requests can be sent to the agent. */
  get isOpen(): boolean {
    return this.#control.readyState === WebSocket.OPEN;
  }

  /** Whether further connections of the agent are to be refused. */
  get isFull(): boolean {
    return this.#idle.length >= MAX_IDLE_CONNECTIONS || this.#sockets.size >= MAX_CONNECTIONS;
  }

  /** Calls `listener` once, when it ends. */
  onEnd(listener: () => void): void {
    if (this.#control.readyState === WebSocket.CLOSED) listener();
    else this.#control.once('close', listener);
  }

  /** Takes a connection that the agent dialled. */
  add(socket: WebSocket): void {
    if (!this.isOpen) {
      socket.terminate();
      return;
    }
    this.#asked = Math.max(0, this.#asked - 1);
    this.#sockets.set(socket, true);
    socket.on('error', () => socket.terminate());
    // On a narrow way the answer to a ping waits behind what was sent before it.
    for (const sign of ['pong', 'message']) socket.on(sign, () => this.#sockets.set(socket, true));
    socket.once('close', () => {
      this.#sockets.delete(socket);
      const at = this.#idle.indexOf(socket);
      if (at < 0) return;
      this.#idle.splice(at, 1);
      this.#dialAhead();
    });
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#idle.push(socket);
    else waiting.resolve(linkStream(socket));
  }

  /** Ends it with all its connections. @param code close code that the agent reads */
  close(code: number, reason: string): void {
    this.#control.close(code, reason);
    this.#end();
    // An agent that does not answer is cut off as well.
    setTimeout(() => this.#control.terminate(), 500).unref();
  }

  /** Ends it immediately. */
  terminate(): void {
    this.#control.terminate();
  }

  async #open(): Promise<Socket> {
    if (!this.isOpen) throw new Error(`Agent ${this.facts.name} is offline`);
    let socket = this.#idle.shift();
    while (socket !== undefined && socket.readyState !== WebSocket.OPEN) socket = this.#idle.shift();
    if (socket !== undefined) {
      this.#dialAhead();
      return linkStream(socket);
    }
    const waiting = Promise.withResolvers<Socket>();
    this.#waiting.push(waiting);
    this.#dialAhead();
    const late = setTimeout(() => this.#giveUp(waiting, 'did not dial in time'), DIAL_MS);
    return waiting.promise.finally(() => clearTimeout(late));
  }

  #giveUp(waiting: PromiseWithResolvers<Socket>, reason: string): void {
    const at = this.#waiting.indexOf(waiting);
    if (at >= 0) this.#waiting.splice(at, 1);
    // Orders that were not followed are not waited for.
    this.#asked = 0;
    waiting.reject(new Error(`Agent ${this.facts.name} ${reason}`));
  }

  #dialAhead(): void {
    const count = IDLE_CONNECTIONS + this.#waiting.length - this.#idle.length - this.#asked;
    if (count <= 0 || !this.isOpen) return;
    this.#asked += count;
    this.#send({ op: 'dial', count });
  }

  #beat(): void {
    this.#pingAt = performance.now();
    this.#control.ping();
  }

  #pingStreams(): void {
    // Orders of the last round that were not followed are given again.
    this.#asked = 0;
    this.#dialAhead();
    for (const [socket, hasAnswered] of this.#sockets) {
      // What is not read for a slow client cannot be heard to answer.
      if (socket.isPaused) continue;
      if (!hasAnswered) {
        socket.terminate();
        continue;
      }
      this.#sockets.set(socket, false);
      socket.ping();
    }
  }

  #send(order: AgentOrder): void {
    if (this.isOpen) this.#control.send(JSON.stringify(order));
  }

  #end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const waiting of this.#waiting.splice(0))
      waiting.reject(new Error(`Agent ${this.facts.name} went away`));
    for (const socket of this.#sockets.keys()) socket.terminate();
    this.link.kept.destroy();
    this.link.single.destroy();
  }
}
