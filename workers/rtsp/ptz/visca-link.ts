/** One VISCA conversation over TCP or UDP: a command at a time, each with its answer. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { AppError } from '#shared/errors.ts';
import { readReply, type ViscaReply } from './visca-commands.ts';

const END = 0xff;
/** Longest message of VISCA, bytes; the header of Sony's framing comes on top. */
const MAX_MESSAGE = 16;
/** Sony's framing: type, length and sequence number before each message ("VISCA over IP", section 2). */
const HEADER_BYTES = 8;
const TYPE = { command: 0x0100, inquiry: 0x0110, reset: 0x0200 };
const INQUIRY = 9;

/** Where a camera listens. */
export interface ViscaAddress {
  host: string;
  port: number;
  transport: 'tcp' | 'udp';
  /** Whether messages carry Sony's header (cameras on UDP 52381 want it; PTZOptics do not). */
  hasHeader: boolean;
  /** Resolves the host to addresses that may be dialled. */
  lookup: LookupFunction;
}

/** How long to wait, milliseconds. */
export interface ViscaTimings {
  connectMs: number;
  answerMs: number;
}

const TIMINGS: ViscaTimings = { connectMs: 3000, answerMs: 1500 };

interface Pipe {
  write(message: Buffer): void;
  close(): void;
}

interface Waiter {
  /** Whether an acknowledgement settles it: moves complete only when they have ended. */
  takesAck: boolean;
  resolve(reply: ViscaReply): void;
  reject(error: Error): void;
}

/** Connects with the first command and again after a loss. Calls must not overlap. */
export class ViscaLink {
  readonly #address: ViscaAddress;
  readonly #timings: ViscaTimings;
  #pipe: Pipe | undefined;
  #waiter: Waiter | undefined;
  #received = Buffer.alloc(0);
  #sequence = 0;
  /** Sockets of the camera whose command was acknowledged and has not completed yet. */
  readonly #running = new Set<number>();

  constructor(address: ViscaAddress, timings: Partial<ViscaTimings> = {}) {
    this.#address = address;
    this.#timings = { ...TIMINGS, ...timings };
  }

  /** Sends a command and waits until the camera has taken it. @throws AppError */
  async send(message: Buffer): Promise<void> {
    await this.#exchange(message, true);
  }

  /** Sends an inquiry. @returns the data of its answer @throws AppError */
  async ask(message: Buffer): Promise<Buffer> {
    const reply = await this.#exchange(message, false);
    return reply.kind === 'completion' ? reply.data : Buffer.alloc(0);
  }

  /** Ends the connection; the next command opens another. */
  close(): void {
    this.#pipe?.close();
    this.#lose(new AppError('control-unreachable', 'The connection to the camera was closed'));
  }

  async #exchange(message: Buffer, takesAck: boolean): Promise<ViscaReply> {
    this.#pipe ??= await this.#open();
    const pipe = this.#pipe;
    const { promise, resolve, reject } = Promise.withResolvers<ViscaReply>();
    this.#waiter = { takesAck, resolve, reject };
    const late = setTimeout(() => {
      reject(
        new AppError('control-unreachable', `The camera did not answer within ${this.#timings.answerMs} ms`),
      );
      // An answer that comes later must not be taken for that of the next command.
      pipe.close();
      this.#pipe = undefined;
    }, this.#timings.answerMs);
    try {
      pipe.write(this.#address.hasHeader ? this.#framed(message) : message);
      const reply = await promise;
      if (reply.kind === 'error') throw refusal(reply.code);
      return reply;
    } finally {
      clearTimeout(late);
      this.#waiter = undefined;
    }
  }

  async #open(): Promise<Pipe> {
    this.#received = Buffer.alloc(0);
    this.#sequence = 0;
    this.#running.clear();
    return this.#address.transport === 'tcp' ? await this.#openTcp() : await this.#openUdp();
  }

  async #openTcp(): Promise<Pipe> {
    const { host, port, lookup } = this.#address;
    const socket: Socket = connect({ host, port, lookup, noDelay: true });
    const pipe: Pipe = { write: (message) => void socket.write(message), close: () => socket.destroy() };
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(this.#timings.connectMs) });
    } catch (error) {
      socket.on('error', () => {}).destroy();
      throw unreachable(error);
    }
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', (error) => this.#lose(unreachable(error), pipe));
    socket.on('close', () => this.#lose(unreachable(new Error('the camera hung up')), pipe));
    return pipe;
  }

  async #openUdp(): Promise<Pipe> {
    const { port } = this.#address;
    const { address, family } = await this.#resolve();
    const socket: UdpSocket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const pipe: Pipe = { write: (message) => socket.send(message), close: () => closeUdp(socket) };
    socket.on('message', (bytes) => this.#take(bytes));
    socket.on('error', (error) => this.#lose(unreachable(error), pipe));
    socket.connect(port, address);
    await once(socket, 'connect');
    if (this.#address.hasHeader) socket.send(Buffer.from([0x02, 0x00, 0, 1, 0, 0, 0, 0, 0x01]));
    return pipe;
  }

  async #resolve(): Promise<{ address: string; family: number }> {
    const { host, lookup } = this.#address;
    return await new Promise((resolve, reject) => {
      lookup(host, { all: false }, (error, address, family = 4) => {
        if (error) reject(unreachable(error));
        else resolve({ address: String(address), family });
      });
    });
  }

  #framed(message: Buffer): Buffer {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt16BE(message[1] === INQUIRY ? TYPE.inquiry : TYPE.command, 0);
    header.writeUInt16BE(message.length, 2);
    this.#sequence = (this.#sequence + 1) >>> 0;
    header.writeUInt32BE(this.#sequence, 4);
    return Buffer.concat([header, message]);
  }

  #take(bytes: Buffer): void {
    const isDatagram = this.#address.transport === 'udp';
    let rest = isDatagram ? bytes : Buffer.concat([this.#received, bytes]);
    for (
      let end = rest.indexOf(END, this.#address.hasHeader ? HEADER_BYTES : 0);
      end >= 0;
      end = rest.indexOf(END)
    ) {
      this.#settle(rest.subarray(this.#address.hasHeader ? HEADER_BYTES : 0, end + 1));
      rest = rest.subarray(end + 1);
      if (isDatagram) return;
    }
    // What never ends is no VISCA.
    this.#received = rest.length > MAX_MESSAGE + HEADER_BYTES ? Buffer.alloc(0) : Buffer.from(rest);
  }

  #settle(message: Buffer): void {
    const reply = readReply(message);
    if (reply?.kind === 'ack') this.#running.add(reply.socket);
    // An earlier move has ended; it was answered when it began.
    if (reply?.kind === 'completion' && this.#running.delete(reply.socket)) return;
    if (reply === undefined || (reply.kind === 'ack' && this.#waiter?.takesAck === false)) return;
    this.#waiter?.resolve(reply);
  }

  #lose(error: Error, pipe: Pipe | undefined = this.#pipe): void {
    if (pipe !== this.#pipe) return;
    this.#pipe = undefined;
    this.#waiter?.reject(error);
  }
}

function closeUdp(socket: UdpSocket): void {
  try {
    socket.close();
  } catch {
    // It was closed by its own error.
  }
}

function unreachable(error: unknown): AppError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new AppError(
    'control-unreachable',
    `The camera's control port cannot be reached: ${code ?? message}`,
  );
}

/** The camera's error codes ("VISCA Command List", error messages). */
function refusal(code: number): AppError {
  const reason =
    {
      2: 'it does not know the command',
      3: 'it is busy',
      4: 'the command was cancelled',
      5: 'it runs no such command',
      65: 'it cannot do that now',
    }[code] ?? `code ${code}`;
  return new AppError('control-refused', `The camera refused the command: ${reason}`);
}
