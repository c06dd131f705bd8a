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
  /** Whether packets of a channel are expected, to find the next one behind stray bytes; default: of all. */
  isChannel?(channel: number): boolean;
}

const INTERLEAVED_MARK = 0x24;
const INTERLEAVED_HEADER_BYTES = 4;
const RTP_VERSION = 2;
/** Cameras send a few hundred bytes of headers; this is generous and still bounded. */
const MAX_HEAD_BYTES = 16 * 1024;
/** The first line of a message; its longest part is an address. */
const MAX_LINE_BYTES = 4096;
const MAX_BODY_BYTES = 256 * 1024;
/** Stray bytes between two messages or packets; more is not RTSP any more. */
const MAX_STRAY_BYTES = 64 * 1024;
/** Empty lines, with any line end (RFC 2326 section 4, and cameras that end lines with LF alone). */
const EMPTY_LINES = ['\n\r\n', '\n\n', '\r\r'];
const RTSP_START = 'RTSP/';
/** Room for the beginning of a packet that continues in the next chunk. */
const REST_BYTES = 4 * 1024;

/** What a peer sent is not RTSP, or larger than any camera needs. */
export class RtspProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RtspProtocolError';
  }
}

/**
 * Cuts a byte stream into messages and interleaved packets. Only the beginning of what continues
 * in the next chunk is copied: a camera costs neither garbage nor a buffer of its own size of chunks.
 */
export class RtspReader {
  readonly #handlers: RtspReaderHandlers;
  /** What is read now: a chunk, or `#rest`. */
  #buffer: Buffer = Buffer.alloc(0);
  /** What is not taken yet lies from here ... */
  #start = 0;
  /** ... to here. */
  #end = 0;
  /** The beginning of a message or packet that is not whole. */
  #rest = Buffer.allocUnsafeSlow(REST_BYTES);
  #restBytes = 0;

  /** Bytes of the message that has begun, once its head was read; it is read again only when it is whole. */
  #messageBytes = 0;
  /** A message was read: from now on stray bytes are skipped. */
  #speaksRtsp = false;
  /** Stray bytes since the last message or packet. */
  #strayBytes = 0;

  constructor(handlers: RtspReaderHandlers) {
    this.#handlers = handlers;
  }

  /**
   * Takes the next bytes, which are not kept, and calls the handlers for everything complete.
   * @throws RtspProtocolError when the bytes cannot be RTSP or exceed a bound
   */
  push(chunk: Buffer): void {
    let at = 0;
    while (this.#restBytes > 0 && at < chunk.length) {
      const part = chunk.subarray(at, at + this.#missingBytes());
      at += part.length;
      this.#keep(part);
      this.#read(this.#rest.subarray(0, this.#restBytes));
    }
    if (at < chunk.length) this.#read(at === 0 ? chunk : chunk.subarray(at));
  }

  /** Takes everything complete, and keeps the rest. */
  #read(bytes: Buffer): void {
    [this.#buffer, this.#start, this.#end] = [bytes, 0, bytes.length];
    while (this.#start < this.#end) {
      const consumed = this.#takeOne();
      if (consumed === 0) break;
      this.#start += consumed;
    }
    const isRest = bytes.buffer === this.#rest.buffer;
    // What comes in many small pieces is not moved for each of them.
    if (isRest && this.#start === 0) return;
    this.#restBytes = 0;
    this.#keep(bytes.subarray(this.#start));
  }

  #keep(bytes: Buffer): void {
    this.#rest = withRoom(this.#rest, this.#restBytes + bytes.length);
    this.#restBytes += bytes.copy(this.#rest, this.#restBytes);
  }

  /** Bytes that complete the packet that has begun; of a message it is not known, nor after stray bytes. */
  #missingBytes(): number {
    if (this.#rest[0] !== INTERLEAVED_MARK || this.#strayBytes > 0) return Number.POSITIVE_INFINITY;
    if (this.#restBytes < INTERLEAVED_HEADER_BYTES) return INTERLEAVED_HEADER_BYTES - this.#restBytes;
    return INTERLEAVED_HEADER_BYTES + this.#rest.readUInt16BE(2) - this.#restBytes;
  }

  #takeOne(): number {
    if (this.#buffer[this.#start] === INTERLEAVED_MARK) return this.#takeInterleaved();
    return this.#takeMessage(this.#buffer.subarray(this.#start, this.#end));
  }

  #takeInterleaved(): number {
    const start = this.#start + INTERLEAVED_HEADER_BYTES;
    if (this.#strayBytes > 0 && !this.#couldBePacket(this.#start)) return this.#skipStray();
    if (start > this.#end) return 0;
    const end = start + this.#buffer.readUInt16BE(start - 2);
    if (end > this.#end) return 0;
    const channel = this.#buffer[start - 3] as number;
    this.#strayBytes = 0;
    this.#handlers.onInterleaved({ channel, payload: this.#buffer.subarray(start, end) });
    return end - this.#start;
  }

  #takeMessage(buffer: Buffer): number {
    if (buffer.length < this.#messageBytes) return 0;
    // Some cameras send stray line ends between messages.
    if (buffer[0] === 0x0d || buffer[0] === 0x0a) return 1;
    if (!couldBeRtsp(buffer)) return this.#skipStray();
    const head = findHead(buffer.subarray(0, MAX_HEAD_BYTES));
    if (head === undefined) {
      if (buffer.length >= MAX_HEAD_BYTES) throw new RtspProtocolError('RTSP header is too long');
      return 0;
    }
    const message = parseHead(buffer.toString('latin1', 0, head.length));
    if (message === undefined) return this.#skipStray();
    const length = Number(message.headers.get('content-length')?.[0] ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > MAX_BODY_BYTES) {
      throw new RtspProtocolError('RTSP body is too long');
    }
    const end = head.bodyStart + length;
    this.#messageBytes = end;
    if (buffer.length < end) return 0;
    this.#messageBytes = 0;
    message.body = Buffer.from(buffer.subarray(head.bodyStart, end));
    this.#speaksRtsp = true;
    this.#strayBytes = 0;
    this.#handlers.onMessage(message);
    return end;
  }

  /** Passes over bytes that belong to nothing. @returns how many @throws RtspProtocolError when there are too many */
  #skipStray(): number {
    if (!this.#speaksRtsp) throw new RtspProtocolError('the peer does not speak RTSP');
    let at = this.#start + 1;
    while (at < this.#end && !this.#couldBePacket(at) && !this.#couldBeAnswer(at)) at += 1;
    this.#strayBytes += at - this.#start;
    if (this.#strayBytes > MAX_STRAY_BYTES) throw new RtspProtocolError('too many stray bytes');
    return at - this.#start;
  }

  /** Whether an RTP or RTCP packet of a known channel may begin here, judged by its received bytes. */
  #couldBePacket(at: number): boolean {
    if (this.#buffer[at] !== INTERLEAVED_MARK) return false;
    const channel = at + 1 < this.#end ? this.#buffer[at + 1] : undefined;
    const version = at + INTERLEAVED_HEADER_BYTES;
    if (channel !== undefined && this.#handlers.isChannel?.(channel) === false) return false;
    return version >= this.#end || (this.#buffer[version] as number) >> 6 === RTP_VERSION;
  }

  #couldBeAnswer(at: number): boolean {
    const bytes = Math.min(RTSP_START.length, this.#end - at);
    return this.#buffer.toString('latin1', at, at + bytes) === RTSP_START.slice(0, bytes);
  }
}

function couldBeRtsp(buffer: Buffer): boolean {
  const start = buffer.toString('latin1', 0, 16);
  const hasWord = /^(rtsp($|\/)|[A-Z][A-Z_]*( |$|\/))/i.test(start) && !/^[a-z]+ /.test(start);
  return hasWord && isLine(buffer.toString('latin1', 0, MAX_LINE_BYTES));
}

/** Whether text begins with a line, or a part of one, that is no media: bytes of a damaged packet may look like a word. */
function isLine(text: string): boolean {
  const line = text.split(/[\r\n]/, 1)[0] ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell media from text
  return line.length < MAX_LINE_BYTES && !/[\0-\x08\x0b-\x1f\x7f]/.test(line);
}

/** Finds the end of a head. @returns its length, and where the body starts; undefined while it is not whole */
function findHead(buffer: Buffer): { length: number; bodyStart: number } | undefined {
  const ends = EMPTY_LINES.map((line) => ({ at: buffer.indexOf(line), line })).filter(({ at }) => at >= 0);
  const first = ends.sort((a, b) => a.at - b.at)[0];
  return first && { length: first.at, bodyStart: first.at + first.line.length };
}

/**
 * The first message of a connection, for what passes the connection on after it; with any body, which is left out.
 * @returns undefined while it is not whole @throws RtspProtocolError when the bytes cannot be RTSP or are too many
 */
export function firstMessage(buffer: Buffer): { message: RtspMessage; bytes: number } | undefined {
  if (buffer.length > 0 && !couldBeRtsp(buffer)) throw new RtspProtocolError('the peer does not speak RTSP');
  const head = findHead(buffer.subarray(0, MAX_HEAD_BYTES));
  if (head === undefined && buffer.length >= MAX_HEAD_BYTES)
    throw new RtspProtocolError('RTSP header is too long');
  if (head === undefined) return undefined;
  const message = parseHead(buffer.toString('latin1', 0, head.length));
  if (message === undefined) throw new RtspProtocolError('the peer does not speak RTSP');
  const length = Number(headerOf(message, 'content-length') ?? 0);
  if (!Number.isInteger(length) || length < 0 || length > MAX_HEAD_BYTES)
    throw new RtspProtocolError('RTSP body is too long');
  const bytes = head.bodyStart + length;
  return buffer.length < bytes ? undefined : { message, bytes };
}

/** @returns undefined when the first line is not one of RTSP */
function parseHead(head: string): RtspMessage | undefined {
  const [startLine = '', ...lines] = head.split(/\r\n|\n|\r/);
  if (!/RTSP\/[12]\.\d/i.test(startLine)) return undefined;
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
  headers: Record<string, string | number | readonly string[]>,
  body = '',
): Buffer {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}`),
  );
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
