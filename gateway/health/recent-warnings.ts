/** The last warnings and errors of the gateway and its workers, for people without access to the log. */
import type { LogEntry } from '#shared/contract/health.ts';
import { type Entry, sentenceOf } from '#shared/pretty-log.ts';

const KEPT = 200;
/** Longer texts are cut: the log has the whole. */
const MAX_TEXT = 500;
const WARN = 40;
const ERROR = 50;
/** pino writes the level first. */
const LEVEL = /^\{"level":(\d+),/;

/** A ring, filled by the logger with lines that are redacted. */
export class RecentWarnings {
  #entries: LogEntry[] = [];

  /** Takes a line of pino's JSON; keeps warnings and worse. */
  take(line: string): void {
    const level = Number(LEVEL.exec(line)?.[1] ?? 0);
    if (level < WARN) return;
    const entry = JSON.parse(line) as Entry;
    const { time, name, worker, cameraId } = entry;
    this.#entries.push({
      at: time,
      level: level >= ERROR ? 'error' : 'warning',
      process: String(worker ?? name),
      message: cut(sentenceOf(entry).sentence),
      ...(typeof cameraId === 'string' ? { cameraId } : {}),
    });
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  /** Newest first. */
  list(): LogEntry[] {
    return this.#entries.toReversed();
  }
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
