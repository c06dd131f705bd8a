/** Log lines for people: a time, a sentence, its facts. */
import { styleText } from 'node:util';

/** An entry as pino writes it. */
export interface Entry {
  level: number;
  time: string;
  msg: string;
  err?: { message?: string; stack?: string };
  req?: { method?: string; path?: string };
  res?: { status?: number };
  [fact: string]: unknown;
}

const WARN = 40;
const ERROR = 50;
/** Told by the sentence itself, or of no use on a screen. */
const NOT_FACTS = ['level', 'time', 'name', 'msg', 'err', 'req', 'res', 'id', 'reqId'];
const STATES: Readonly<Record<string, string>> = {
  live: 'is live',
  connecting: 'connects',
  reconnecting: 'is lost and will be tried again',
  stalled: 'sends no pictures',
  unauthorized: 'refuses the username or password',
  closed: 'is closed',
};

/** One line, or more for an unexpected error with its stack. @param line a line of pino's JSON */
export function prettyLine(line: string, hasColors: boolean): string {
  const entry = JSON.parse(line) as Entry;
  const paint: typeof styleText = (style, text) =>
    hasColors ? styleText(style, text, { validateStream: false }) : text;
  const { sentence, told } = sentenceOf(entry);
  const facts = factsOf(entry, told);
  const mark = markOf(entry.level);
  return [
    paint('dim', new Date(entry.time).toTimeString().slice(0, 8)),
    mark === '' ? '' : ` ${paint(entry.level >= ERROR ? 'red' : 'yellow', mark)}`,
    ` ${sentence}`,
    facts === '' ? '' : paint('dim', ` (${facts})`),
    entry.level >= ERROR && entry.err?.stack !== undefined ? `\n${entry.err.stack}` : '',
    '\n',
  ].join('');
}

function markOf(level: number): string {
  if (level >= ERROR) return 'error';
  return level >= WARN ? 'warning' : '';
}

/** An entry in words. @returns the sentence, and the facts that it tells */
export function sentenceOf(entry: Entry): { sentence: string; told: string[] } {
  const { msg, err, req, res } = entry;
  const because = err?.message === undefined ? '' : `: ${err.message}`;
  if (msg === 'camera state') {
    const { cameraId, state, reason, detail } = entry;
    const why = detail ?? reason;
    const sentence = `camera ${cameraId} ${STATES[String(state)] ?? state}`;
    return {
      sentence: why === undefined ? sentence : `${sentence}: ${why}`,
      told: ['cameraId', 'state', 'detail', 'worker', 'reason'],
    };
  }
  if (req !== undefined && res !== undefined) {
    const time = entry.responseTime === undefined ? '' : ` after ${entry.responseTime} ms`;
    return {
      sentence: `${req.method} ${req.path} answered ${res.status}${time}${because}`,
      told: ['responseTime'],
    };
  }
  return { sentence: `${msg}${because}`, told: [] };
}

function factsOf(entry: Entry, told: readonly string[]): string {
  return Object.entries(entry)
    .filter(([name, value]) => value !== undefined && !NOT_FACTS.includes(name) && !told.includes(name))
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
