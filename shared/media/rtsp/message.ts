/**
 * RTSP/1.0 messages and interleaved RTP (RFC 2326) on a byte stream, for both
 * ends of a connection. Everything a peer can grow has a bound.
 */

import { withRoom } from '../with-room.ts';

/** A request or response; header names in lower case. */
export interface RtspMessage {
  /** `DESCRIBE rtsp://… RTSP/1.0` or `RTSP/1.0 200 OK`. */
  startLine: string;
  headers: Map<string, string[]>;
  body: Buffer;
}

/** RTP or RTCP that travelled inside the connection (RFC 2326 section 10.12). */
export interface InterleavedPacket {
  channel: number;
  /** A view into the receive buffer, valid until the handler returns unless copied. */
  payload: Buffer;
}

/** What a reader calls; `onInterleaved` gets views, not copies. */
export interface RtspReaderHandlers {
  onMessage(message: RtspMessage): void;
  onInterleaved(packet: InterleavedPacket): void;
}

const INTERLEAVED_MARK = 0x24;
const INTERLEAVED_HEADER_BYTES = 4;
/** Cameras send a few hundred bytes of headers; this is generous and still bounded. */
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_BODY_BYTES = 256 * 1024;
/** What a socket delivers at once, with room for the beginning of what was cut. */
const INITIAL_BUFFER_BYTES = 72 * 1024;

/** What a peer sent is not RTSP, or larger than any camera needs. */
export class RtspProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RtspProtocolError';
  }
}

/**
 * Cuts a byte stream into messages and interleaved packets. The bytes are gathered in one buffer
 * that is used again and again: a camera costs no garbage however long it sends.
 */
export class RtspReader {
  readonly #handlers: RtspReaderHandlers;
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BUFFER_BYTES);
  /** What is not taken yet lies from here ... */
  #start = 0;
  /** ... to here. */
  #end = 0;

  constructor(handlers: RtspReaderHandlers) {
    this.#handlers = handlers;
  }

  /**
   * Takes the next bytes (copied) and calls the handlers for everything complete.
   * @throws RtspProtocolError when the bytes cannot be RTSP or exceed a bound
   */
  push(chunk: Buffer): void {
    this.#append(chunk);
    while (this.#start < this.#end) {
      const consumed = this.#takeOne();
      if (consumed === 0) break;
      this.#start += consumed;
    }
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }

  #append(chunk: Buffer): void {
    this.#buffer = withRoom(this.#buffer, this.#end + chunk.length);
    this.#end += chunk.copy(this.#buffer, this.#end);
  }

  #takeOne(): number {
    if (this.#buffer[this.#start] === INTERLEAVED_MARK) return this.#takeInterleaved();
    return this.#takeMessage(this.#buffer.subarray(this.#start, this.#end));
  }

  #takeInterleaved(): number {
    const start = this.#start + INTERLEAVED_HEADER_BYTES;
    if (start > this.#end) return 0;
    const end = start + this.#buffer.readUInt16BE(start - 2);
    if (end > this.#end) return 0;
    const channel = this.#buffer[start - 3] as number;
    this.#handlers.onInterleaved({ channel, payload: this.#buffer.subarray(start, end) });
    return end - this.#start;
  }

  #takeMessage(buffer: Buffer): number {
    // Some cameras send stray line ends between messages.
    if (buffer[0] === 0x0d || buffer[0] === 0x0a) return 1;
    const headEnd = buffer.subarray(0, MAX_HEAD_BYTES).indexOf('\r\n\r\n');
    if (headEnd < 0) {
      if (buffer.length >= MAX_HEAD_BYTES) throw new RtspProtocolError('RTSP header is too long');
      if (!couldBeRtsp(buffer)) throw new RtspProtocolError('the peer does not speak RTSP');
      return 0;
    }
    const message = parseHead(buffer.toString('latin1', 0, headEnd));
    const length = Number(message.headers.get('content-length')?.[0] ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > MAX_BODY_BYTES) {
      throw new RtspProtocolError('RTSP body is too long');
    }
    const end = headEnd + 4 + length;
    if (buffer.length < end) return 0;
    message.body = Buffer.from(buffer.subarray(headEnd + 4, end));
    this.#handlers.onMessage(message);
    return end;
  }
}

function couldBeRtsp(buffer: Buffer): boolean {
  const start = buffer.toString('latin1', 0, 16);
  return /^[A-Z][A-Z_]*( |$|\/)/.test(start);
}

function parseHead(head: string): RtspMessage {
  const [startLine = '', ...lines] = head.split('\r\n');
  if (!/RTSP\/1\.\d/.test(startLine)) throw new RtspProtocolError('the peer does not speak RTSP');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return { startLine, headers, body: Buffer.alloc(0) };
}

/** The first value of a header, if any. */
export function headerOf(message: RtspMessage, name: string): string | undefined {
  return message.headers.get(name)?.[0];
}

/** Writes a message; `Content-Length` is added when there is a body. */
export function formatMessage(
  startLine: string,
  headers: Record<string, string | number>,
  body = '',
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${[startLine, ...lines].join('\r\n')}\r\n\r\n${body}`);
}

/** Writes the four bytes before an interleaved packet of `length` bytes. */
export function formatInterleavedHeader(channel: number, length: number): Buffer {
  const header = Buffer.alloc(INTERLEAVED_HEADER_BYTES);
  header[0] = INTERLEAVED_MARK;
  header[1] = channel;
  header.writeUInt16BE(length, 2);
  return header;
}
