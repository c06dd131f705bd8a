/** Brings a worker's output into the gateway's one stream of lines: bounded, tagged, never blocking the worker. */
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { TokenBucket } from '#shared/frames/token-bucket.ts';
import type { Logger } from '#shared/logger.ts';

const MAX_LINE_LENGTH = 8 * 1024;
const LINES_PER_SECOND = 200;
const LINE_BURST = 1000;
/** Kept for the report of a crash. */
const KEPT_LINES = 200;
const SUPPRESSED_REPORT_MS = 1000;

const LEVELS: Record<number, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** Forwards the output of one slot's processes, one after another. */
export class LogForwarder {
  readonly #log: Logger;
  readonly #budget = new TokenBucket({ perSecond: LINES_PER_SECOND, burst: LINE_BURST });
  #kept: string[] = [];
  #suppressed = 0;
  #report: NodeJS.Timeout | undefined;

  /** @param log already tagged with the worker's name */
  constructor(log: Logger) {
    this.#log = log;
  }

  /** The last lines, oldest first. */
  get lastLines(): readonly string[] {
    return this.#kept;
  }

  /** Reads a stream to its end. It is always read: a full pipe would stop the worker. */
  follow(stream: Readable): void {
    const lines = new LineSplitter((line) => this.#onLine(line));
    stream.on('data', (chunk: Buffer) => lines.push(chunk));
    stream.on('end', () => lines.end());
    stream.on('error', () => lines.end());
  }

  #onLine(line: string): void {
    this.#kept.push(line);
    if (this.#kept.length > KEPT_LINES) this.#kept.shift();
    if (this.#budget.take()) this.#write(line);
    else this.#suppress();
  }

  #write(line: string): void {
    const entry = parsePinoLine(line);
    if (entry === undefined) {
      this.#log.info({ raw: true }, line);
      return;
    }
    const { level, msg, time: _time, name: _name, ...fields } = entry;
    this.#log[LEVELS[level as number] ?? 'info'](fields, String(msg ?? ''));
  }

  #suppress(): void {
    this.#suppressed += 1;
    this.#report ??= setTimeout(() => {
      this.#log.warn({ suppressed: this.#suppressed }, `${this.#suppressed} lines suppressed`);
      this.#suppressed = 0;
      this.#report = undefined;
    }, SUPPRESSED_REPORT_MS).unref();
  }
}

/** Cuts a byte stream into lines of bounded length; the rest of a longer line is dropped. */
class LineSplitter {
  readonly #emit: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';

  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  push(chunk: Buffer): void {
    let text = this.#decoder.write(chunk);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      this.#append(text.slice(0, end));
      this.#finish();
      text = text.slice(end + 1);
    }
    this.#append(text);
  }

  end(): void {
    this.#finish();
  }

  #append(text: string): void {
    this.#line += text.slice(0, Math.max(0, MAX_LINE_LENGTH - this.#line.length));
  }

  #finish(): void {
    const line = this.#line.trimEnd();
    this.#line = '';
    if (line !== '') this.#emit(line);
  }
}

function parsePinoLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    return typeof entry.level === 'number' ? entry : undefined;
  } catch {
    return undefined;
  }
}
