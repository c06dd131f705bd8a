/** Forwards a worker's output to the gateway's log: bounded, tagged, never blocking the worker. */
import type { Readable } from 'node:stream';
import { TokenBucket } from '#shared/frames/token-bucket.ts';
import type { Logger } from '#shared/logger.ts';
import { LineSplitter } from './line-splitter.ts';

const LINES_PER_SECOND = 200;
const LINE_BURST = 1000;
/** Lines kept for crash reports. */
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

  /** @param log child logger tagged with the worker's name */
  constructor(log: Logger) {
    // The worker has serialised its errors already.
    this.#log = log.child({}, { serializers: { err: (err: unknown) => err } });
  }

  /** The last lines, oldest first, suppressed ones included. */
  get lastLines(): readonly string[] {
    return this.#kept;
  }

  /**
   * Reads a stream to its end. Always read: a full pipe would block the worker.
   * @param level of lines that are not in pino's format
   */
  follow(stream: Readable, level: 'info' | 'warn'): void {
    const lines = new LineSplitter((line) => this.#onLine(line, level));
    stream.on('data', (chunk: Buffer) => lines.push(chunk));
    stream.on('end', () => lines.end());
    // A broken pipe belongs to a process whose exit is handled elsewhere.
    stream.on('error', () => lines.end());
  }

  #onLine(line: string, level: 'info' | 'warn'): void {
    this.#kept.push(line);
    if (this.#kept.length > KEPT_LINES) this.#kept.shift();
    if (this.#budget.take()) this.#write(line, level);
    else this.#suppress();
  }

  #write(line: string, level: 'info' | 'warn'): void {
    const entry = parsePinoLine(line);
    if (entry === undefined) {
      this.#log[level]({ raw: true }, line);
      return;
    }
    const { level: entryLevel, msg, time: _time, name: _name, ...fields } = entry;
    this.#log[LEVELS[entryLevel as number] ?? 'info'](fields, String(msg ?? ''));
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

function parsePinoLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    return typeof entry.level === 'number' ? entry : undefined;
  } catch {
    return undefined;
  }
}
